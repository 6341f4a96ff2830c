import { foldTurns } from '../../history/fold-turns.js'
import { type Clock, isoMillis, systemClock } from '../../host/clock.js'
import { type IdSource, systemIds } from '../../host/ids.js'
import type { HistoryPosition } from '../../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import type { StoredTurn, TurnItemsView } from '../../protocol/turn.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import { checked } from '../../store/checked.js'
import {
  alreadyLive,
  notArchived,
  notLive,
  rolloutExists,
  storeClosed,
  threadArchived,
  threadExists,
  threadNotFound,
  threadReferenced,
} from '../../store/errors.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import {
  type BaseLookup,
  type LineageSegment,
  locateBase,
  positionOfBase,
  refuseCycle,
  requireInLineage,
  resolveLineage,
} from '../../store/lineage.js'
import { applyPatch } from '../../store/metadata-patch.js'
import { newThreadRecord } from '../../store/new-record.js'
import { itemPage, turnPage } from '../../store/paging.js'
import type * as params from '../../store/params.js'
import type { ImportThreadParams, ThreadExport, ThreadReceipt } from '../../store/raw-history.js'
import {
  type ItemPage,
  type StoredThread,
  type StoredThreadHistory,
  type ThreadPage,
  type ThreadRecord,
  type ThreadSearchPage,
  type TurnPage,
  bareThread,
} from '../../store/records.js'
import { sessionMetaItem } from '../../store/session-meta-item.js'
import { stampItems } from '../../store/stamp-items.js'
import { searchSnippet } from '../../store/thread-filter.js'
import { threadListPage } from '../../store/thread-list.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { MemoryStorage, type MemoryThread } from './memory-storage.js'
import {
  type MemoryRollout,
  exportedRollout,
  importedRollout,
  receipt,
  receiveRollout,
  storedRollout,
} from './memory-rollout.js'
import { RolloutLog } from './rollout-log.js'

export { MemoryStorage } from './memory-storage.js'

const supports: ThreadStoreCapabilities = {
  search: true,
  turns: true,
  items: true,
  delete: true,
  rawHistory: true,
  lineage: true,
  paths: false,
  durability: 'reopen',
  writers: 'multi-handle',
  materialization: 'eager',
  readYourWrites: 'always',
}

/** What a memory store borrows; each has a default. */
export interface MemoryStoreOptions {
  /** Shared by the handles that are to see the same threads. @defaultValue a new, empty one */
  readonly storage?: MemoryStorage
  readonly clock?: Clock
  readonly ids?: IdSource
}

/** Opens a handle of the reference store: every capability, nothing outside the process. */
export function openMemoryStore(options: MemoryStoreOptions = {}): ThreadStore {
  return checked(new MemoryThreadStore(options))
}

/**
 * The reference store, written to be read. No method waits before its effect is complete, so each
 * is atomic. Params were validated by `checked`.
 */
export class MemoryThreadStore implements ThreadStore {
  readonly supports: ThreadStoreCapabilities = supports
  readonly #storage: MemoryStorage
  readonly #clock: Clock
  readonly #ids: IdSource
  /** Marks this handle as the owner of the writers it opened. */
  readonly #handle: symbol = Symbol('memory store handle')
  #open = true

  constructor(options: MemoryStoreOptions) {
    this.#storage = options.storage ?? new MemoryStorage()
    this.#clock = options.clock ?? systemClock
    this.#ids = options.ids ?? systemIds
  }

  async createThread(create: params.CreateThreadParams): Promise<void> {
    const { threadId } = create
    this.#requireOpen()
    this.#requireNoWriter(threadId)
    if (this.#storage.threads.has(threadId)) throw threadExists(threadId)
    if (this.#storage.rollouts.has(threadId)) throw rolloutExists(threadId)
    const base = create.base ? this.#place(create.base) : null
    const record = structuredClone(newThreadRecord(create, this.#now()))
    this.#beginRollout(record, threadId, base, create)
    this.#storage.writers.set(threadId, this.#handle)
  }

  async resumeThread({ threadId, includeArchived }: params.ResumeThreadParams): Promise<void> {
    const thread = this.#visible(threadId, includeArchived)
    this.#requireNoWriter(threadId)
    requireKnownHistoryMode(thread.record)
    this.#storage.writers.set(threadId, this.#handle)
  }

  async appendItems({ threadId, items }: params.AppendThreadItemsParams): Promise<void> {
    const thread = this.#liveThread(threadId)
    const { log } = this.#rollout(thread.rolloutId)
    log.appendItems(
      stampItems(items, {
        now: this.#now(),
        historyMode: log.historyMode,
        nextOrdinal: log.endOrdinal,
      }),
    )
  }

  async persistThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#liveThread(threadId)
  }

  async flushThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#liveThread(threadId)
  }

  async shutdownThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#liveThread(threadId)
    this.#storage.writers.delete(threadId)
  }

  async discardThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#requireOpen()
    if (this.#storage.writers.get(threadId) === this.#handle) this.#storage.writers.delete(threadId)
  }

  async loadHistory(load: params.LoadThreadHistoryParams): Promise<StoredThreadHistory> {
    return this.#history(this.#visible(load.threadId, load.includeArchived))
  }

  async readThread(read: params.ReadThreadParams): Promise<StoredThread> {
    const thread = this.#visible(read.threadId, read.includeArchived)
    return structuredClone({
      ...thread.record,
      history: read.includeHistory ? this.#history(thread) : null,
      rollouts: read.includeRollouts
        ? this.#storage.rolloutsOf(read.threadId).map(storedRollout)
        : null,
    })
  }

  async listThreads(list: params.ListThreadsParams): Promise<ThreadPage> {
    const page = threadListPage(this.#records(), list)
    return {
      items: page.records.map((record) => this.#listed(record, list.includeRollouts ?? false)),
      nextCursor: page.nextCursor,
    }
  }

  async searchThreads(search: params.SearchThreadsParams): Promise<ThreadSearchPage> {
    const page = threadListPage(this.#records(), search)
    return {
      items: page.records.map((record) => ({
        thread: this.#listed(record, false),
        snippet: searchSnippet(record, search.searchTerm),
      })),
      nextCursor: page.nextCursor,
    }
  }

  async listTurns(list: params.ListTurnsParams): Promise<TurnPage> {
    return turnPage(this.#turns(list, list.itemsView ?? 'summary'), list)
  }

  async listItems(list: params.ListItemsParams): Promise<ItemPage> {
    return itemPage(this.#turns(list, 'full'), list)
  }

  async updateThreadMetadata(update: params.UpdateThreadMetadataParams): Promise<StoredThread> {
    const thread = this.#visible(update.threadId, update.includeArchived)
    return this.#setRecord(thread, applyPatch(thread.record, structuredClone(update.patch)))
  }

  async archiveThread({ threadId }: params.ThreadParams): Promise<void> {
    const thread = this.#visible(threadId, false)
    this.#setRecord(thread, { ...thread.record, archivedAt: this.#now() })
  }

  async unarchiveThread({ threadId }: params.ThreadParams): Promise<StoredThread> {
    const thread = this.#visible(threadId, true)
    if (thread.record.archivedAt === null) throw notArchived(threadId)
    return this.#setRecord(thread, { ...thread.record, archivedAt: null, updatedAt: this.#now() })
  }

  async revertThread({ threadId, base }: params.RevertThreadParams): Promise<StoredThread> {
    const thread = this.#visible(threadId, true)
    this.#requireNoWriter(threadId)
    const position = this.#place(base)
    requireInLineage(threadId, position, this.#lineage(thread))
    this.#beginRollout(thread.record, this.#ids.newThreadId(), position)
    return structuredClone(bareThread(thread.record))
  }

  async deleteThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#visible(threadId, true)
    this.#requireNoWriter(threadId)
    const own = new Set(this.#storage.rolloutsOf(threadId).map((rollout) => rollout.rolloutId))
    for (const other of this.#storage.rollouts.values()) {
      const base = other.log.base?.rolloutId
      if (other.threadId !== threadId && base !== undefined && own.has(base)) {
        throw threadReferenced(threadId, other.threadId)
      }
    }
    for (const id of own) this.#storage.rollouts.delete(id)
    this.#storage.threads.delete(threadId)
  }

  async exportThread({ threadId }: params.ThreadParams): Promise<ThreadExport> {
    const thread = this.#visible(threadId, true)
    return {
      thread: structuredClone(bareThread(thread.record)),
      rollouts: this.#storage.rolloutsOf(threadId).map(exportedRollout),
      live: this.#storage.writers.has(threadId),
    }
  }

  async importThread(what: ImportThreadParams): Promise<ThreadReceipt> {
    this.#requireOpen()
    const { history: _h, rollouts: _r, ...record } = structuredClone(what.thread)
    const { threadId } = record
    const arrived = await Promise.all(what.rollouts.map(receiveRollout))
    // From here on nothing waits until every rollout and the record are in place.
    this.#requireOpen()
    this.#requireNoWriter(threadId)
    const next = new Map(
      arrived.map((rollout) => [
        rollout.rolloutId,
        importedRollout(
          record,
          rollout,
          this.#storage.rollouts.get(rollout.rolloutId),
          what.replace,
        ),
      ]),
    )
    refuseCycle(threadId, [...next.keys()], (id) =>
      next.has(id) ? next.get(id)?.log.base : this.#baseOf(id),
    )
    for (const rollout of next.values()) this.#storage.rollouts.set(rollout.rolloutId, rollout)
    const current = [...next.keys()].at(-1) ?? threadId
    this.#storage.threads.set(threadId, { record, rolloutId: current })
    return this.#receipt(threadId)
  }

  async historyDigest({ threadId }: params.ThreadParams): Promise<ThreadReceipt> {
    this.#visible(threadId, true)
    return this.#receipt(threadId)
  }

  async close(): Promise<void> {
    for (const [threadId, owner] of this.#storage.writers) {
      if (owner === this.#handle) this.#storage.writers.delete(threadId)
    }
    this.#open = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #now(): string {
    return isoMillis(this.#clock.now())
  }

  #requireOpen(): void {
    if (!this.#open) throw storeClosed()
  }

  #requireNoWriter(threadId: ThreadId): void {
    if (this.#storage.writers.has(threadId)) throw alreadyLive(threadId)
  }

  #stored(threadId: ThreadId): MemoryThread {
    this.#requireOpen()
    const thread = this.#storage.threads.get(threadId)
    if (thread === undefined) throw threadNotFound(threadId)
    return thread
  }

  #visible(threadId: ThreadId, includeArchived: boolean | undefined): MemoryThread {
    const thread = this.#stored(threadId)
    if (thread.record.archivedAt !== null && !includeArchived) throw threadArchived(threadId)
    return thread
  }

  #liveThread(threadId: ThreadId): MemoryThread {
    const thread = this.#stored(threadId)
    if (this.#storage.writers.get(threadId) !== this.#handle) throw notLive(threadId)
    return thread
  }

  #rollout(rolloutId: RolloutId): MemoryRollout {
    const rollout = this.#storage.rollouts.get(rolloutId)
    if (rollout === undefined) throw new TypeError(`rollout ${rolloutId} is not in memory`)
    return rollout
  }

  readonly #baseOf: BaseLookup = (rolloutId) => this.#storage.rollouts.get(rolloutId)?.log.base

  #lineage(thread: MemoryThread): LineageSegment[] {
    return resolveLineage(thread.record.threadId, thread.rolloutId, this.#baseOf)
  }

  #place(base: params.HistoryBase): HistoryPosition {
    const rolloutId = locateBase(base, (id) => this.#storage.rollouts.get(id)?.log)
    const { log } = this.#rollout(rolloutId)
    return positionOfBase(base, rolloutId, log.byteOffsetOf(base.endOrdinalExclusive))
  }

  /** Starts a rollout with its session_meta and makes it the thread's current one. */
  #beginRollout(
    record: ThreadRecord,
    rolloutId: RolloutId,
    base: HistoryPosition | null,
    create?: params.CreateThreadParams,
  ): void {
    const log = new RolloutLog(base, record.historyMode)
    // A thread is as old as its first item says.
    const now = create === undefined ? this.#now() : record.createdAt
    log.appendItems(
      stampItems([sessionMetaItem(record, base, now, create)], {
        now,
        historyMode: record.historyMode,
        nextOrdinal: log.endOrdinal,
      }),
    )
    const { threadId } = record
    this.#storage.rollouts.set(rolloutId, {
      rolloutId,
      threadId,
      log,
      file: null,
      imported: { fingerprint: null, byteCount: -1 },
    })
    this.#storage.threads.set(threadId, { record, rolloutId })
  }

  #setRecord(thread: MemoryThread, record: ThreadRecord): StoredThread {
    this.#storage.threads.set(record.threadId, { ...thread, record })
    return structuredClone(bareThread(record))
  }

  #records(): ThreadRecord[] {
    this.#requireOpen()
    return [...this.#storage.threads.values()].map((thread) => thread.record)
  }

  #listed(record: ThreadRecord, includeRollouts: boolean): StoredThread {
    const rollouts = includeRollouts
      ? this.#storage.rolloutsOf(record.threadId).map(storedRollout)
      : null
    return structuredClone({ ...record, history: null, rollouts })
  }

  #history(thread: MemoryThread): StoredThreadHistory {
    requireKnownHistoryMode(thread.record)
    const { log } = this.#rollout(thread.rolloutId)
    return {
      threadId: thread.record.threadId,
      items: this.#lineage(thread).flatMap(({ rolloutId, end }) =>
        this.#rollout(rolloutId).log.items(end),
      ),
      position: {
        rolloutId: thread.rolloutId,
        endOrdinalExclusive: log.endOrdinal,
        endByteOffset: log.byteCount,
      },
    }
  }

  #turns(of: params.LoadThreadHistoryParams, view: TurnItemsView): readonly StoredTurn[] {
    return foldTurns(this.#history(this.#visible(of.threadId, of.includeArchived)).items, view)
  }

  #receipt(threadId: ThreadId): ThreadReceipt {
    return { threadId, rollouts: this.#storage.rolloutsOf(threadId).map(receipt) }
  }
}
