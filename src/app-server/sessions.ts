import type { Clock } from '../host/clock.js'
import type { Logger } from '../host/logger.js'
import type { CodexThread, ThreadManager } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { ThreadStatus } from './api-thread.js'
import type { Connection } from './connection.js'
import { type SessionStart, ThreadSession } from './thread-session.js'

/** What sessions borrow of the server. */
interface SessionsHost {
  readonly manager: ThreadManager
  readonly clock: Clock
  readonly logger: Logger
  /** How long a thread stays loaded that nobody follows. */
  readonly unloadDelayMs: number
  broadcast(method: string, params: JsonObject): void
}

/** The loaded threads, and who follows them. */
export class Sessions {
  readonly #host: SessionsHost
  readonly #sessions = new Map<ThreadId, ThreadSession>()
  readonly #unloading = new Map<ThreadId, AbortController>()

  constructor(host: SessionsHost) {
    this.#host = host
  }

  get(threadId: ThreadId): ThreadSession | undefined {
    return this.#sessions.get(threadId)
  }

  ids(): ThreadId[] {
    return [...this.#sessions.keys()].toSorted()
  }

  statusOf(threadId: ThreadId): ThreadStatus {
    return this.#sessions.get(threadId)?.status ?? { type: 'notLoaded' }
  }

  /** The session of a loaded thread, made when there is none, with one more who follows it. */
  open(
    thread: CodexThread,
    follower: Connection,
    start: Pick<SessionStart, 'fresh' | 'ephemeral'> = { fresh: false, ephemeral: null },
  ): ThreadSession {
    const known = this.#sessions.get(thread.threadId)
    const session = known ?? this.#begin(thread, start)
    this.#stopUnloading(thread.threadId)
    if (follower.isOpen) session.subscribers.add(follower)
    else this.#unloadLater(session)
    return session
  }

  /** Stops telling a connection of a thread. */
  unsubscribe(session: ThreadSession, connection: Connection): boolean {
    const followed = session.subscribers.delete(connection)
    if (followed && session.subscribers.size === 0) this.#unloadLater(session)
    return followed
  }

  /** A connection is gone. */
  forget(connection: Connection): void {
    for (const session of this.#sessions.values()) this.unsubscribe(session, connection)
  }

  /** Shuts a thread down, once all that happened is told, and tells that it is not loaded. */
  async close(session: ThreadSession): Promise<void> {
    session.closing ??= this.#close(session)
    await session.closing
  }

  async #close(session: ThreadSession): Promise<void> {
    const { threadId } = session.thread
    try {
      await session.thread.shutdown()
    } catch (error) {
      session.closing = null
      throw error
    }
    await session.ended()
    this.#sessions.delete(threadId)
    this.#stopUnloading(threadId)
    this.#host.broadcast('thread/status/changed', { threadId, status: { type: 'notLoaded' } })
  }

  /** Shuts every thread down; returns how many could not be. */
  async closeAll(timeoutMs: number): Promise<number> {
    for (const waiting of this.#unloading.values()) waiting.abort()
    const report = await this.#host.manager.shutdownAllThreadsBounded(timeoutMs)
    return report.failed.length + report.timedOut.length
  }

  #begin(thread: CodexThread, start: Pick<SessionStart, 'fresh' | 'ephemeral'>): ThreadSession {
    const { threadId } = thread
    const session = new ThreadSession({
      ...start,
      thread,
      logger: this.#host.logger,
      onStatus: (status) =>
        this.#host.broadcast('thread/status/changed', { threadId, status: { ...status } }),
    })
    this.#sessions.set(threadId, session)
    session.follow()
    return session
  }

  #unloadLater(session: ThreadSession): void {
    const { threadId } = session.thread
    const waiting = new AbortController()
    this.#stopUnloading(threadId)
    this.#unloading.set(threadId, waiting)
    this.#unload(session, waiting.signal).catch((error: unknown) => {
      if (!waiting.signal.aborted) {
        this.#host.logger.warn({ threadId, error }, 'a thread that nobody follows stays loaded')
      }
    })
  }

  #stopUnloading(threadId: ThreadId): void {
    this.#unloading.get(threadId)?.abort()
    this.#unloading.delete(threadId)
  }

  async #unload(session: ThreadSession, signal: AbortSignal): Promise<void> {
    const { clock, unloadDelayMs } = this.#host
    const { threadId } = session.thread
    do await clock.sleep(unloadDelayMs, signal)
    while (session.thread.activeTurnId !== null)
    await this.close(session)
    this.#host.broadcast('thread/closed', { threadId })
  }
}
