import { type Clock, systemClock } from '../host/clock.js'
import { type IdSource, systemIds } from '../host/ids.js'
import { type Logger, silentLogger } from '../host/logger.js'
import type { PathReader } from '../live/path-reader.js'
import type { GitInfo, SessionSource } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import { ThreadStoreError, threadNotFound } from '../store/errors.js'
import type { ThreadMetadataPatch } from '../store/metadata-patch.js'
import type { StoredThread } from '../store/records.js'
import type { ThreadStore } from '../store/thread-store.js'
import type { CodexThread, SubmittedTurn } from './codex-thread.js'
import { EventStream } from './event-stream.js'
import type { ForkSnapshot } from '../history/cut.js'
import { forkThread, type ForkSource, sourceOfItems, sourceOfThread } from './fork-thread.js'
import { LoadedThreads } from './loaded-threads.js'
import type { ManagerHost } from './manager-host.js'
import type { ModelClient } from './model-client.js'
import { requirePaths } from './paths.js'
import { resumeThread } from './resume-thread.js'
import { revertPosition } from './revert-position.js'
import type { ReviewTarget } from './review-target.js'
import { REVIEW_INSTRUCTIONS, type Reviewer } from './review.js'
import { shutdownBounded, type ThreadShutdownReport } from './shutdown-bounded.js'
import { startThread, type StartThreadParams } from './start-thread.js'
import type { ThreadConfig } from './thread-config.js'
import { ThreadRuntimeError } from './thread-runtime-error.js'
import { noTools, type ToolRunner } from './tool-runner.js'

/** What a manager works with. */
export interface ThreadManagerOptions {
  readonly store: ThreadStore
  readonly model: ModelClient
  /** For threads that do not say otherwise. */
  readonly config: Partial<ThreadConfig> & Pick<ThreadConfig, 'model'>
  /** Only where threads are files. @defaultValue none: path-only calls are refused */
  readonly paths?: PathReader | null
  /** @defaultValue no tools */
  readonly tools?: ToolRunner
  /** Git facts of a directory that a new thread begins in. @defaultValue none are looked up */
  readonly gitInfo?: (cwd: string) => Promise<GitInfo | null>
  /** Who writes, as it goes into a thread's history. @defaultValue `threadstore` */
  readonly originator?: string
  /** @defaultValue `''` */
  readonly cliVersion?: string
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly logger?: Logger
}

/** How a stored thread is loaded. */
export interface ResumeThreadOptions {
  /** Wins over what the thread used last. */
  readonly config?: Partial<ThreadConfig>
  /** Given the thread and its history as they were read, so that nobody reads them again. */
  readonly onRead?: (stored: StoredThread) => void
}

/** How a fork begins. */
export interface ForkThreadOptions extends Omit<StartThreadParams, 'historyMode'> {
  /** @defaultValue everything, a running turn ended as if it had been interrupted */
  readonly snapshot?: ForkSnapshot
  /** Given the source and its history as they were read, so that nobody reads them again. */
  readonly onRead?: (stored: StoredThread) => void
}

/** Loads threads of one store, at most one object for each, and makes new ones. */
export class ThreadManager {
  readonly #host: ManagerHost
  readonly #loaded = new LoadedThreads()
  readonly #created = new EventStream<ThreadId>()

  constructor(options: ThreadManagerOptions) {
    this.#host = {
      tools: noTools,
      gitInfo: () => Promise.resolve(null),
      originator: 'threadstore',
      cliVersion: '',
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      ...options,
      paths: options.paths ?? null,
      openReviewer: (of) => this.#openReviewer(of),
      stopped: (thread) => this.#loaded.forget(thread),
    }
  }

  /** The store the threads are in. */
  get store(): ThreadStore {
    return this.#host.store
  }

  /** Ids of threads that are loaded from now on. */
  threadsCreated(): AsyncIterable<ThreadId> {
    return this.#created.subscribe()
  }

  /** Begins a thread. */
  async startThread(params: StartThreadParams = {}): Promise<CodexThread> {
    return this.#track(this.#host.ids.newThreadId(), (id) => startThread(this.#host, id, params))
  }

  /** The thread with this id: the one that runs, or else a stored one, loaded. */
  async resumeThread(threadId: ThreadId, options: ResumeThreadOptions = {}): Promise<CodexThread> {
    return this.#track(threadId, (id) => resumeThread(this.#host, id, options))
  }

  /** The thread that is kept in a file. */
  async resumeThreadFromRollout(
    rolloutPath: string,
    options: ResumeThreadOptions = {},
  ): Promise<CodexThread> {
    const paths = requirePaths(this.#host.paths)
    const stored = await paths.readThreadByRolloutPath({ rolloutPath, includeArchived: true })
    const { threadId } = stored
    const current = await paths.localRolloutPath(threadId)
    if (current !== stored.rolloutPath) {
      const running = this.#loaded.get(threadId)?.isRunning ?? false
      throw new ThreadRuntimeError(
        'path-not-current',
        running
          ? `thread ${threadId} is already running with a different rollout path`
          : `thread ${threadId} is kept in another rollout: ${current ?? 'none'}`,
      )
    }
    return this.resumeThread(threadId, options)
  }

  /** Begins a thread with what another one's history holds. */
  async forkThread(threadId: ThreadId, options: ForkThreadOptions = {}): Promise<CodexThread> {
    const loaded = this.#loaded.get(threadId)
    if (loaded?.isRunning) await loaded.flush()
    const { store } = this.#host
    const stored = await store.readThread({ threadId, includeArchived: true, includeHistory: true })
    options.onRead?.(stored)
    return this.#fork(sourceOfThread(stored), options)
  }

  async forkThreadFromRollout(
    rolloutPath: string,
    options: ForkThreadOptions = {},
  ): Promise<CodexThread> {
    const paths = requirePaths(this.#host.paths)
    const read = { rolloutPath, includeArchived: true, includeHistory: true }
    const stored = await paths.readThreadByRolloutPath(read)
    options.onRead?.(stored)
    return this.#fork(sourceOfThread(stored), options)
  }

  /** Begins a thread with a history that is in nobody's store; it is copied. */
  async forkThreadFromHistory(
    items: readonly RolloutItem[],
    options: ForkThreadOptions = {},
  ): Promise<CodexThread> {
    return this.#fork(sourceOfItems(items), options)
  }

  /** Begins a subagent with what the thread that spawns it knows now. */
  async spawnSubagent(
    parentThreadId: ThreadId,
    source: SessionSource,
    options: ForkThreadOptions = {},
  ): Promise<CodexThread> {
    await this.getThread(parentThreadId).materialize()
    return this.forkThread(parentThreadId, {
      threadSource: 'subagent',
      ...options,
      source,
      parentThreadId,
    })
  }

  /** Hides a turn and all that followed behind a new rollout. A loaded thread is loaded anew. */
  async revertThread(threadId: ThreadId, beforeTurnId: string): Promise<StoredThread> {
    const { store } = this.#host
    if (!store.supports.lineage) {
      throw new ThreadRuntimeError('unsupported', 'revert_thread needs a store with lineage')
    }
    const loaded = this.#loaded.get(threadId)
    const running = loaded?.isRunning ? loaded : null
    await running?.interrupt()
    await running?.flush()
    const base = await revertPosition(store, threadId, beforeTurnId)
    await running?.shutdown()
    try {
      return await store.revertThread({ threadId, base })
    } finally {
      if (running !== null) await this.resumeThread(threadId, { config: running.config })
    }
  }

  /** Has a fork of a thread review something, so that the thread itself can go on. */
  async reviewDetached(
    threadId: ThreadId,
    target: ReviewTarget,
    options: ForkThreadOptions = {},
  ): Promise<{ readonly thread: CodexThread; readonly turn: SubmittedTurn }> {
    const thread = await this.forkThread(threadId, options)
    return { thread, turn: await thread.review(target) }
  }

  /** The loaded thread with this id. Threads of the host's own are nobody's business. */
  getThread(threadId: ThreadId): CodexThread {
    const thread = this.#loaded.get(threadId)
    if (thread === undefined || thread.internal) throw threadNotFound(threadId)
    return thread
  }

  /** Ids of the loaded threads. */
  listThreadIds(): ThreadId[] {
    return this.#loaded.all().flatMap((thread) => (thread.internal ? [] : [thread.threadId]))
  }

  /** Forgets a loaded thread. Does not shut it down. */
  removeThread(threadId: ThreadId): CodexThread | undefined {
    return this.#loaded.remove(threadId)
  }

  /** Patches a thread, loaded or not. */
  async updateThreadMetadata(
    threadId: ThreadId,
    patch: ThreadMetadataPatch,
    includeArchived = false,
  ): Promise<StoredThread> {
    const thread = this.#loaded.get(threadId)
    if (thread?.ephemeral) {
      const message = `ephemeral thread does not support metadata updates: ${threadId}`
      throw new ThreadRuntimeError('ephemeral', message)
    }
    try {
      if (thread?.isRunning) return await thread.updateThreadMetadata(patch, includeArchived)
      return await this.store.updateThreadMetadata({ threadId, patch, includeArchived })
    } catch (reason) {
      if (!ThreadStoreError.is(reason, 'UNSUPPORTED')) throw reason
      const operation = reason.details.operation ?? 'updateThreadMetadata'
      const message = `thread metadata update is not supported by this store: ${operation}`
      throw new ThreadRuntimeError('unsupported', message, { cause: reason })
    }
  }

  /** Shuts every loaded thread down, none for longer than `timeoutMs`. */
  async shutdownAllThreadsBounded(timeoutMs: number): Promise<ThreadShutdownReport> {
    return shutdownBounded(this.#loaded.all(), timeoutMs, this.#host.clock)
  }

  async #fork(source: ForkSource, options: ForkThreadOptions): Promise<CodexThread> {
    const { snapshot = { type: 'interrupted' }, onRead: _onRead, ...params } = options
    return this.#track(this.#host.ids.newThreadId(), (id) =>
      forkThread(this.#host, id, source, snapshot, params),
    )
  }

  /** Loads a thread once, however many ask, and tells that it is there. */
  async #track(
    threadId: ThreadId,
    load: (threadId: ThreadId) => Promise<CodexThread>,
  ): Promise<CodexThread> {
    return this.#loaded.open(threadId, async () => {
      const thread = await load(threadId)
      if (!thread.internal) this.#created.push(threadId)
      return thread
    })
  }

  /** A reviewer is a thread of its own that nobody sees in the list of loaded ones. */
  async #openReviewer(of: CodexThread): Promise<Reviewer> {
    const thread = await startThread(this.#host, this.#host.ids.newThreadId(), {
      config: { ...of.config, instructions: REVIEW_INSTRUCTIONS },
      source: { subagent: 'review' },
      threadSource: 'subagent',
      parentThreadId: of.threadId,
      ephemeral: of.ephemeral,
    })
    return { run: (prompt) => thread.run(prompt), close: () => thread.shutdown() }
  }
}
