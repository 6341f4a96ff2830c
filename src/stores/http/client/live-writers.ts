import type { Clock } from '../../../host/clock.js'
import type { IdSource } from '../../../host/ids.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { ThreadStoreError, writerLost } from '../../../store/errors.js'
import type {
  Abortable,
  AppendThreadItemsParams,
  ResumeThreadParams,
  ThreadParams,
} from '../../../store/params.js'
import type { StoreVerb } from '../../../store/thread-store.js'
import { headers, otherRoutes } from '../routes.js'
import type { LogEnd } from '../wire.js'
import { encodeCall } from './call-of-verb.js'
import { HandleLostError, type HttpCall, type HttpConnection } from './http-connection.js'
import { InTurn } from '../../../store/in-turn.js'
import { endsWith, type Fate, fateOf, type LiveThread } from './live-thread.js'
import { readForm, readHistory, readNothing } from './read-result.js'

/** What live writers work with. */
interface LiveWritersOptions {
  readonly connection: HttpConnection
  readonly clock: Clock
  readonly ids: IdSource
}

type OpenVerb = 'createThread' | 'resumeThread'
type LiveVerb = 'persistThread' | 'flushThread' | 'shutdownThread' | 'discardThread'

/** How often a call is begun anew because the server has closed the handle meanwhile. */
const HANDLES_TRIED_MAX = 4

/**
 * The live writers of a client, which are those of a handle on the server. When the server has lost
 * the handle, because it was restarted or did not hear of us, the threads are resumed on a new one;
 * where a rollout ends tells whether anything was lost, or written by somebody else, meanwhile.
 */
export class LiveWriters {
  readonly #options: LiveWritersOptions
  readonly #threads = new Map<ThreadId, LiveThread>()
  readonly #turns = new InTurn()
  readonly #stop = new AbortController()
  #opened: Promise<OpenedHandle> | null = null
  /** The handle whose opening has succeeded. */
  #handle: OpenedHandle | null = null
  #batch = 0
  #keeping = false

  constructor(options: LiveWritersOptions) {
    this.#options = options
  }

  /** Names the handle, so that reads see what its writers see. */
  get handleId(): string | null {
    return this.#handle?.handle ?? null
  }

  /** Notes that the server does not have the handle any more. */
  drop(handle: string): void {
    if (this.#handle?.handle !== handle) return
    this.#handle = null
    this.#opened = null
  }

  async open(verb: OpenVerb, params: ThreadParams): Promise<void> {
    const { threadId } = params
    await this.#turns.run(threadId, () =>
      this.#onSomeHandle(async () => {
        const { handle } = await this.#openHandle()
        try {
          const { end } = await this.#send(verb, params, handle, readWritten)
          this.#threads.set(threadId, { threadId, handle, end })
          this.#keepAlive()
        } catch (reason) {
          // A resume can be repeated; what it has opened was closed with the handle.
          const unclear = reason instanceof HandleLostError && reason.maybeDone
          throw unclear && verb === 'createThread' ? outcomeUnknown(verb, threadId, reason) : reason
        }
      }),
    )
  }

  async append(params: AppendThreadItemsParams): Promise<void> {
    const { threadId, items } = params
    this.#batch += 1
    const batch = { [headers.batch]: String(this.#batch) }
    let lost: readonly RolloutItem[] | null = null
    const append = async (): Promise<void> => {
      const thread = this.#threads.get(threadId)
      // Not live, or not known: the server says which.
      if (thread === undefined) {
        await this.#send('appendItems', params, this.handleId, readWritten, batch)
        return
      }
      if ((await this.#attach(thread, params, lost)) === 'stored') return
      lost = null
      try {
        const { end } = await this.#send('appendItems', params, thread.handle, readWritten, batch)
        thread.end = end
      } catch (reason) {
        if (reason instanceof HandleLostError && reason.maybeDone) lost = items
        if (ThreadStoreError.is(reason, 'OUTCOME_UNKNOWN')) thread.end = null
        throw reason
      }
    }
    await this.#turns.run(threadId, () =>
      this.#onSomeHandle(append).catch((reason: unknown) => {
        // Only a conflict says what became of items that a server which is gone may have stored.
        const isClear = lost === null || ThreadStoreError.is(reason, 'CONFLICT')
        throw isClear ? reason : outcomeUnknown('appendItems', threadId, reason)
      }),
    )
  }

  async live(verb: LiveVerb, params: ThreadParams): Promise<void> {
    await this.#turns.run(params.threadId, () => this.#onSomeHandle(() => this.#live(verb, params)))
  }

  /** Shuts every live writer down, on the server at once. */
  async close(): Promise<void> {
    await this.#turns.settled()
    this.#stop.abort()
    const opened = await this.#opened?.catch(() => null)
    try {
      if (opened) await this.#closeHandle(opened.handle)
    } catch (reason) {
      if (!(reason instanceof HandleLostError)) throw reason
      this.drop(opened?.handle ?? '')
      await this.#shutDownOneByOne()
    }
    this.#threads.clear()
  }

  async #live(verb: LiveVerb, params: ThreadParams): Promise<void> {
    const thread = this.#threads.get(params.threadId)
    if (thread === undefined) {
      await this.#send(verb, params, this.handleId, readNothing)
      return
    }
    // The handle is gone, and with it the writer: nothing is left to discard.
    const isGone = thread.handle !== this.#handle?.handle
    if (verb !== 'discardThread' || !isGone) {
      await this.#attach(thread, params, null)
      await this.#send(verb, params, thread.handle, readNothing).catch((reason: unknown) => {
        if (ThreadStoreError.is(reason, 'CONFLICT')) this.#threads.delete(params.threadId)
        throw reason
      })
    }
    if (verb === 'shutdownThread' || verb === 'discardThread') this.#threads.delete(params.threadId)
  }

  /** Makes sure that the writer of a thread is open on the handle there is now. */
  async #attach(
    thread: LiveThread,
    { signal }: Abortable,
    lost: readonly RolloutItem[] | null,
  ): Promise<'attached' | 'stored'> {
    if (thread.handle === this.#handle?.handle) return 'attached'
    const { threadId, end: before } = thread
    const { handle } = await this.#openHandle()
    const resume: ResumeThreadParams = {
      threadId,
      includeArchived: true,
      ...(signal && { signal }),
    }
    let end: LogEnd | null
    try {
      end = (await this.#send('resumeThread', resume, handle, readWritten)).end
    } catch (reason) {
      if (reason instanceof HandleLostError) throw reason
      if (isFinal(reason)) this.#threads.delete(threadId)
      throw this.#lostWriter(threadId, lost, reason)
    }
    const fate = await this.#fate(threadId, handle, { before, end, lost })
    if (fate === 'unknown' || fate === 'foreign') {
      this.#threads.delete(threadId)
      const discard: ThreadParams = { threadId }
      // What is not discarded here is when the handle is closed.
      await this.#send('discardThread', discard, handle, readNothing).catch(() => {})
      throw this.#lostWriter(threadId, fate === 'foreign' ? null : lost, null)
    }
    thread.handle = handle
    thread.end = end
    return fate === 'stored' ? 'stored' : 'attached'
  }

  async #fate(
    threadId: ThreadId,
    handle: string,
    facts: {
      readonly before: LogEnd | null
      readonly end: LogEnd | null
      readonly lost: readonly RolloutItem[] | null
    },
  ): Promise<Fate> {
    const { before, end, lost } = facts
    const fate = fateOf(before, end, lost?.length ?? 0)
    if (fate !== 'to-be-compared') return fate
    const { connection } = this.#options
    const { items } = await connection.call({
      ...encodeCall('loadHistory', { threadId, includeArchived: true }),
      what: 'loadHistory',
      repeat: 'freely',
      headers: { [headers.handle]: handle },
      read: readHistory,
    })
    return endsWith(items, lost ?? []) ? 'stored' : 'foreign'
  }

  /** The thread cannot be written as if nothing had happened. */
  #lostWriter(threadId: ThreadId, lost: readonly RolloutItem[] | null, cause: unknown): unknown {
    if (lost !== null) return outcomeUnknown('appendItems', threadId, cause)
    return cause === null || ThreadStoreError.is(cause, 'CONFLICT') ? writerLost(threadId) : cause
  }

  async #onSomeHandle(work: () => Promise<void>): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        await work()
        return
      } catch (reason) {
        if (!(reason instanceof HandleLostError)) throw reason
        if (tried === HANDLES_TRIED_MAX) throw handlesLost(reason)
      }
    }
  }

  async #openHandle(): Promise<OpenedHandle> {
    this.#opened ??= this.#requestHandle().then(
      (opened) => {
        this.#handle = opened
        return opened
      },
      (reason: unknown) => {
        this.#opened = null
        throw reason
      },
    )
    return this.#opened
  }

  async #requestHandle(): Promise<OpenedHandle> {
    const { connection, ids } = this.#options
    return connection.call({
      ...otherRoutes.openHandle,
      what: 'opening a handle',
      // One too many is closed by the server when nobody uses it.
      repeat: 'freely',
      headers: { [headers.key]: ids.newId() },
      read: (response) => readForm('openedHandle', 'opening a handle', response),
    })
  }

  async #closeHandle(handle: string): Promise<void> {
    const { connection, ids } = this.#options
    await connection.call({
      ...otherRoutes.closeHandle,
      what: 'close',
      repeat: 'handle',
      headers: { [headers.handle]: handle, [headers.key]: ids.newId() },
      patient: true,
      read: readNothing,
    })
  }

  /** The way of a close whose handle is gone: each thread is taken up again first. */
  async #shutDownOneByOne(): Promise<void> {
    const ended = await Promise.allSettled(
      [...this.#threads.keys()].map((threadId) =>
        this.#onSomeHandle(() => this.#live('shutdownThread', { threadId })),
      ),
    )
    const opened = this.#handle
    if (opened !== null) await this.#closeHandle(opened.handle).catch(() => {})
    const failed = ended.find((end) => end.status === 'rejected')
    if (failed) throw failed.reason
  }

  async #send<T>(
    verb: StoreVerb,
    params: Abortable,
    handle: string | null,
    read: HttpCall<T>['read'],
    more: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const { connection, ids } = this.#options
    try {
      return await connection.call({
        ...encodeCall(verb, params),
        what: verb,
        repeat: 'handle',
        headers: {
          [headers.key]: ids.newId(),
          ...(handle !== null && { [headers.handle]: handle }),
          ...more,
        },
        signal: params.signal,
        read,
      })
    } catch (reason) {
      if (reason instanceof HandleLostError && handle !== null) this.drop(handle)
      throw reason
    }
  }

  /** Tells the server, as long as there are live threads, that we are there. */
  #keepAlive(): void {
    if (this.#keeping) return
    this.#keeping = true
    void this.#renew()
  }

  async #renew(): Promise<void> {
    const { connection, clock } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted && this.#threads.size > 0) {
      await clock.sleep((this.#handle?.idleMs ?? RENEW_MS) / 3, signal).catch(() => {})
      const handle = this.handleId
      if (signal.aborted || handle === null || this.#threads.size === 0) continue
      const renewal = connection.call({
        ...otherRoutes.renewHandle,
        what: 'renewing a handle',
        repeat: 'freely',
        headers: { [headers.handle]: handle },
        signal,
        read: readNothing,
      })
      // The next call that needs the handle finds out by itself.
      await renewal.catch((reason: unknown) => {
        if (reason instanceof HandleLostError) this.drop(handle)
      })
    }
    // At once, for a thread that becomes live from now on needs another loop.
    this.#keeping = false
  }
}

interface OpenedHandle {
  readonly handle: string
  readonly idleMs: number
}

const RENEW_MS = 10_000

function readWritten(
  response: Parameters<HttpCall<unknown>['read']>[0],
): Promise<{ readonly end: LogEnd | null }> {
  return readForm('written', 'a live thread', response)
}

/** Whether repeating the resume cannot help. */
function isFinal(reason: unknown): boolean {
  return ThreadStoreError.is(reason, 'CONFLICT') || ThreadStoreError.is(reason, 'THREAD_NOT_FOUND')
}

function outcomeUnknown(verb: StoreVerb, threadId: ThreadId, cause: unknown): ThreadStoreError {
  return new ThreadStoreError(
    'OUTCOME_UNKNOWN',
    `${verb}: the server was lost while it was under way; read thread ${threadId} before repeating it`,
    { reason: 'connection-lost', threadId },
    { cause },
  )
}

function handlesLost(cause: unknown): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    'the server closes handles as fast as they are opened',
    { reason: 'unavailable' },
    { cause },
  )
}
