import pLimit, { type LimitFunction } from 'p-limit'
import { isPersisted } from '../history/persistence-policy.js'
import type { Clock } from '../host/clock.js'
import type { MemoryMode } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'
import { notLive, ThreadStoreError } from '../store/errors.js'
import type { ThreadMetadataPatch } from '../store/metadata-patch.js'
import { historyModeOf } from '../store/new-record.js'
import type { CreateThreadParams, ReadThreadParams, ResumeThreadParams } from '../store/params.js'
import type { StoredThread, StoredThreadHistory } from '../store/records.js'
import type { ThreadStore } from '../store/thread-store.js'
import { MetadataPatchError } from './metadata-patch-error.js'
import type { PathReader } from './path-reader.js'
import { type PendingPatch, ThreadMetadataSync } from './thread-metadata-sync.js'

/** What a live thread borrows. */
export interface LiveThreadHost {
  readonly store: ThreadStore
  readonly clock: Clock
  /** Only where threads are files. @defaultValue null */
  readonly paths?: PathReader | null
}

/** A thread that was opened again, and what it was at that moment. */
export interface ResumedThread {
  readonly live: LiveThread
  readonly thread: StoredThread
  readonly history: StoredThreadHistory
}

/**
 * The persistence handle of an active thread: stores what is worth keeping of the items it is given
 * and keeps the thread's metadata in step with them.
 *
 * Calls take effect one after the other, in the order in which they were made, so several owners
 * may use one handle.
 */
export class LiveThread {
  readonly threadId: ThreadId
  readonly #host: LiveThreadHost
  readonly #historyMode: string
  readonly #sync: ThreadMetadataSync
  readonly #inOrder: LimitFunction = pLimit(1)
  /** What is pending is nobody's concern any more. */
  #discarded = false
  /** The writer was let go of, and may be another handle's by now. */
  #closed = false

  private constructor(
    host: LiveThreadHost,
    threadId: ThreadId,
    historyMode: string,
    sync: ThreadMetadataSync,
  ) {
    this.#host = host
    this.threadId = threadId
    this.#historyMode = historyMode
    this.#sync = sync
  }

  /**
   * Begins a thread. `inherited` is what it begins from when the params name a base: the new
   * thread is described by it as if it had been copied.
   */
  static async create(
    host: LiveThreadHost,
    params: CreateThreadParams,
    inherited: readonly RolloutItem[] = [],
  ): Promise<LiveThread> {
    const sync = ThreadMetadataSync.forCreate(params, inherited, host.clock)
    await host.store.createThread(params)
    return new LiveThread(host, params.threadId, historyModeOf(params), sync)
  }

  /** Opens a stored thread again. Its history is read once, after the writer is ours. */
  static async resume(host: LiveThreadHost, params: ResumeThreadParams): Promise<ResumedThread> {
    const { store, clock } = host
    const { threadId, includeArchived = false } = params
    await store.resumeThread(params)
    try {
      const thread = await store.readThread({ threadId, includeArchived, includeHistory: true })
      const history = requireHistory(thread)
      const sync = ThreadMetadataSync.forResume(thread, history.items, clock)
      return { live: new LiveThread(host, threadId, thread.historyMode, sync), thread, history }
    } catch (reason) {
      // What failed is what the caller has to hear of; a writer that stays open is the lesser news.
      await store.discardThread({ threadId }).catch(() => {})
      throw reason
    }
  }

  /**
   * Stores the items the persistence policy keeps and patches what they change. Rejects with a
   * `MetadataPatchError` when they are stored and only the patch failed.
   */
  async appendItems(items: readonly RolloutItem[]): Promise<void> {
    await this.#append(items.filter((item) => isPersisted(item, this.#historyMode)))
  }

  /**
   * Stores items that come from another history as they are: the policy was applied when they were
   * first written, and what it does not know is kept.
   */
  async appendCopied(items: readonly RolloutItem[]): Promise<void> {
    await this.#append(items)
  }

  /** Makes the thread and everything appended durable, and its metadata up to date. */
  async persist(): Promise<void> {
    await this.#asWriter(async () => {
      await this.#host.store.persistThread({ threadId: this.threadId })
      await this.#send(this.#sync.pending())
    })
  }

  /** Makes everything appended durable; a thread without history is left alone. */
  async flush(): Promise<void> {
    await this.#asWriter(async () => {
      await this.#host.store.flushThread({ threadId: this.threadId })
      await this.#send(this.#sync.pendingOfHistory())
    })
  }

  /**
   * Flushes and closes. The writer is closed even when the metadata could not be brought up; called
   * again, it does what is left to do.
   */
  async shutdown(): Promise<void> {
    const { threadId } = this
    await this.#inOrder(async () => {
      const [metadata, writer] = await inTurn(
        () => this.#send(this.#sync.pendingOfHistory()),
        () => this.#closeWriter(),
      )
      if (metadata.status === 'rejected' && writer.status === 'rejected') {
        throw bothFailed(threadId, metadata.reason, writer.reason)
      }
      if (metadata.status === 'rejected') throw metadata.reason
      if (writer.status === 'rejected') throw writer.reason
    })
  }

  /** Closes without forcing anything out. Does not wait for calls that are under way. */
  async discard(): Promise<void> {
    if (this.#closed) return
    this.#discarded = true
    await this.#host.store.discardThread({ threadId: this.threadId })
    this.#closed = true
  }

  async loadHistory(includeArchived = true): Promise<StoredThreadHistory> {
    return this.#host.store.loadHistory({ threadId: this.threadId, includeArchived })
  }

  async readThread(params: Omit<ReadThreadParams, 'threadId'> = {}): Promise<StoredThread> {
    return this.#host.store.readThread({ ...params, threadId: this.threadId })
  }

  /** Applies an explicit patch after the derived one that is pending. */
  async updateMetadata(patch: ThreadMetadataPatch, includeArchived = false): Promise<StoredThread> {
    return this.#inOrder(async () => {
      await this.#send(this.#sync.pending())
      const thread = await this.#host.store.updateThreadMetadata({
        threadId: this.threadId,
        patch,
        includeArchived,
      })
      this.#sync.noteExplicit(patch)
      return thread
    })
  }

  async updateMemoryMode(memoryMode: MemoryMode, includeArchived = false): Promise<StoredThread> {
    return this.updateMetadata({ memoryMode }, includeArchived)
  }

  /** The file the thread is kept in; `null` where threads are not files, and before there is one. */
  async localRolloutPath(): Promise<string | null> {
    try {
      return (await this.#host.paths?.localRolloutPath(this.threadId)) ?? null
    } catch (reason) {
      if (ThreadStoreError.is(reason, 'THREAD_NOT_FOUND')) return null
      throw reason
    }
  }

  async #append(items: readonly RolloutItem[]): Promise<void> {
    if (items.length === 0) return
    await this.#asWriter(async () => {
      await this.#host.store.appendItems({ threadId: this.threadId, items })
      await this.#send(this.#sync.observe(items))
    })
  }

  /** Only while the writer is ours: the store cannot tell this handle from one that came later. */
  async #asWriter(work: () => Promise<void>): Promise<void> {
    await this.#inOrder(async () => {
      if (this.#closed || this.#discarded) throw notLive(this.threadId)
      await work()
    })
  }

  async #closeWriter(): Promise<void> {
    if (this.#closed) return
    await this.#host.store.shutdownThread({ threadId: this.threadId })
    this.#closed = true
  }

  async #send(pending: PendingPatch | null): Promise<void> {
    if (pending === null || this.#discarded) return
    const { threadId } = this
    const { patch } = pending
    try {
      await this.#host.store.updateThreadMetadata({ threadId, patch, includeArchived: true })
    } catch (reason) {
      throw new MetadataPatchError(threadId, reason)
    }
    this.#sync.applied(pending)
  }
}

function requireHistory(thread: StoredThread): StoredThreadHistory {
  if (thread.history !== null) return thread.history
  throw new ThreadStoreError(
    'INTERNAL',
    `thread ${thread.threadId} did not include persisted history`,
    { reason: 'damaged', threadId: thread.threadId },
  )
}

/** Both outcomes, the second call made whatever became of the first. */
async function inTurn(
  first: () => Promise<void>,
  second: () => Promise<void>,
): Promise<[PromiseSettledResult<void>, PromiseSettledResult<void>]> {
  const [a] = await Promise.allSettled([first()])
  const [b] = await Promise.allSettled([second()])
  return [a, b]
}

function bothFailed(threadId: ThreadId, metadata: unknown, writer: unknown): ThreadStoreError {
  const message = `thread metadata update failed: ${textOf(metadata)}; thread shutdown failed: ${textOf(writer)}`
  return new ThreadStoreError(
    'INTERNAL',
    message,
    { reason: 'storage', threadId },
    { cause: new AggregateError([metadata, writer], message) },
  )
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
