import { foldTurns } from '../../history/fold-turns.js'
import { scanRollout } from '../../history/scan-rollout.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import type { StoredTurn, TurnItemsView } from '../../protocol/turn.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import {
  ThreadStoreError,
  alreadyLive,
  notArchived,
  notLive,
  storeClosed,
} from '../../store/errors.js'
import { itemPage, turnPage } from '../../store/paging.js'
import type * as params from '../../store/params.js'
import type {
  ImportThreadParams,
  RolloutReceipt,
  ThreadExport,
  ThreadReceipt,
} from '../../store/raw-history.js'
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
import { searchSnippet } from '../../store/thread-filter.js'
import type { StoreVerb, ThreadStore } from '../../store/thread-store.js'
import { archiveThread, unarchiveThread } from './archive-thread.js'
import { changingRecords } from './change-record.js'
import { isNameSettled } from './thread-records.js'
import { createThread, draftHistory, storeNewRecord } from './create-thread.js'
import { deleteThread } from './delete-thread.js'
import { exportThread } from './export-thread.js'
import type { HomeThread } from './home-index.js'
import type { ListedThreads, OpenHome } from './open-home.js'
import { writerLockHolder } from './home/held-locks.js'
import { readRolloutBytes } from './home/rollout-bytes.js'
import { importThread } from './import-thread.js'
import type { Draft, LiveThread } from './live-thread.js'
import { type HistoryPlace, loadHistory, loadTurns } from './read-history.js'
import { resumeThread } from './resume-thread.js'
import { revertThread } from './revert-thread.js'
import { sameThreadRows } from './state/same-rows.js'
import { type StampedRollout, stampedRollouts } from './stored-rollouts.js'
import { updateThreadMetadata } from './update-thread-metadata.js'

const claims: ThreadStoreCapabilities = {
  search: true,
  turns: true,
  items: true,
  delete: true,
  rawHistory: true,
  lineage: true,
  paths: true,
  durability: 'process-crash',
  writers: process.platform === 'win32' ? 'multi-handle' : 'multi-process',
  materialization: 'lazy',
  readYourWrites: 'always',
}

/** How often a thread that is patched while it is read is read again. */
const READ_ATTEMPTS = 10

/** The `ThreadStore` of a Codex home. Params were validated by `checked`. */
export class LocalThreads implements ThreadStore {
  readonly supports: ThreadStoreCapabilities = claims
  readonly #home: OpenHome
  readonly #live = new Map<ThreadId, LiveThread>()
  #open = true

  constructor(home: OpenHome) {
    this.#home = home
  }

  async createThread(create: params.CreateThreadParams): Promise<void> {
    this.#requireWritable('createThread')
    this.#requireNotLive(create.threadId)
    this.#live.set(create.threadId, await createThread(this.#home, create))
  }

  async resumeThread(resume: params.ResumeThreadParams): Promise<void> {
    this.#requireWritable('resumeThread')
    this.#requireNotLive(resume.threadId)
    this.#live.set(resume.threadId, await resumeThread(this.#home, resume))
  }

  async appendItems({ threadId, items }: params.AppendThreadItemsParams): Promise<void> {
    const live = await this.#liveThread('appendItems', threadId)
    if (items.length > 0) await this.#stored(live, () => live.append(items))
  }

  async persistThread({ threadId }: params.ThreadParams): Promise<void> {
    const live = await this.#liveThread('persistThread', threadId)
    await this.#stored(live, () => live.flush())
  }

  async flushThread({ threadId }: params.ThreadParams): Promise<void> {
    const live = await this.#liveThread('flushThread', threadId)
    await live.run(() => live.flush())
  }

  async shutdownThread({ threadId }: params.ThreadParams): Promise<void> {
    await this.#shutDown(await this.#liveThread('shutdownThread', threadId))
  }

  async discardThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#requireWritable('discardThread')
    const live = this.#live.get(threadId)
    if (live === undefined) return
    await this.#orClosed(
      live,
      live.run(() => this.#close(live)),
    )
  }

  async loadHistory(load: params.LoadThreadHistoryParams): Promise<StoredThreadHistory> {
    const draft = this.#draft(load.threadId)
    if (draft !== null) return draftHistory(this.#home, load.threadId, draft)
    const thread = await this.#visible(load)
    return loadHistory(this.#home, await this.#place(thread))
  }

  async readThread(read: params.ReadThreadParams): Promise<StoredThread> {
    const draft = this.#draft(read.threadId)
    if (draft !== null) return this.#readDraft(read, draft)
    for (let attempt = 1; ; attempt += 1) {
      const thread = await this.#settled(read)
      const found = await this.#readStored(thread, read)
      // Of one time are a record and its history, and a record that comes from the rollout alone, if
      // nobody wrote the record while they were read.
      const whole = !read.includeHistory && thread.row !== null
      const alone = whole || sameThreadRows(thread, await this.#visible(read))
      if (alone || attempt === READ_ATTEMPTS) return found
    }
  }

  async listThreads(list: params.ListThreadsParams): Promise<ThreadPage> {
    this.#requireOpen()
    const ofParent = list.parentThreadId !== undefined
    const listed = await (ofParent ? this.#home.listedWithParents() : this.#home.listed())
    const page = listed.records.page(list)
    const items = await this.#complete(listed, page.records, list.includeRollouts ?? false)
    return { items, nextCursor: page.nextCursor }
  }

  async searchThreads(search: params.SearchThreadsParams): Promise<ThreadSearchPage> {
    this.#requireOpen()
    const listed = await this.#home.listed()
    const page = listed.records.page(search)
    const threads = await this.#complete(listed, page.records, false)
    const items = threads.map((thread) => {
      return { thread, snippet: searchSnippet(thread, search.searchTerm) }
    })
    return { items, nextCursor: page.nextCursor }
  }

  async listTurns(list: params.ListTurnsParams): Promise<TurnPage> {
    return turnPage(await this.#turns(list, list.itemsView ?? 'summary'), list)
  }

  async listItems(list: params.ListItemsParams): Promise<ItemPage> {
    return itemPage(await this.#turns(list, 'full'), list)
  }

  async updateThreadMetadata(update: params.UpdateThreadMetadataParams): Promise<StoredThread> {
    this.#requireWritable('updateThreadMetadata')
    const live = await this.#storedLive(update.threadId)
    return bareThread(await updateThreadMetadata(this.#home, update, live))
  }

  async archiveThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#requireWritable('archiveThread')
    await this.#storedLive(threadId)
    await archiveThread(this.#home, threadId)
  }

  async unarchiveThread({ threadId }: params.ThreadParams): Promise<StoredThread> {
    this.#requireWritable('unarchiveThread')
    if (this.#draft(threadId) !== null) throw notArchived(threadId)
    return bareThread(await unarchiveThread(this.#home, threadId))
  }

  async revertThread(revert: params.RevertThreadParams): Promise<StoredThread> {
    this.#requireWritable('revertThread')
    this.#requireNotLive(revert.threadId)
    return bareThread(await revertThread(this.#home, revert))
  }

  async deleteThread({ threadId }: params.ThreadParams): Promise<void> {
    this.#requireWritable('deleteThread')
    this.#requireNotLive(threadId)
    await deleteThread(this.#home, threadId)
  }

  async exportThread({ threadId }: params.ThreadParams): Promise<ThreadExport> {
    const thread = await this.#visible({ threadId, includeArchived: true })
    const rollouts = await this.#rollouts(thread)
    const record = await this.#home.records.complete(thread)
    const holder = writerLockHolder(this.#home.paths.writerLocks, threadId)
    const live =
      this.#live.has(threadId) ||
      holder !== undefined ||
      rollouts.some(({ entry }) => this.#home.writers.has(entry.path))
    return exportThread(this.#home.index, record, rollouts, live)
  }

  async importThread(what: ImportThreadParams): Promise<ThreadReceipt> {
    this.#requireWritable('importThread')
    this.#requireNotLive(what.thread.threadId)
    await importThread(this.#home, what)
    return this.historyDigest({ threadId: what.thread.threadId })
  }

  async historyDigest({ threadId }: params.ThreadParams): Promise<ThreadReceipt> {
    const thread = await this.#visible({ threadId, includeArchived: true })
    const rollouts: RolloutReceipt[] = []
    for (const { rollout, source } of await this.#rollouts(thread)) {
      const { rolloutId } = rollout
      const scanned = await scanRollout(readRolloutBytes(source), { rolloutId, threadId })
      const { itemCount, byteCount, sha256, findings } = scanned
      rollouts.push({ rolloutId, itemCount, byteCount, sha256, findings })
    }
    return { threadId, rollouts }
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    try {
      for (const live of this.#live.values()) await this.#orClosed(live, this.#shutDown(live))
    } finally {
      this.#home.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #requireOpen(): void {
    if (!this.#open) throw storeClosed()
  }

  #requireWritable(operation: StoreVerb): void {
    this.#requireOpen()
    if (this.#home.readOnly) throw readOnlyHome(operation)
  }

  #requireNotLive(threadId: ThreadId): void {
    if (this.#live.has(threadId)) throw alreadyLive(threadId)
  }

  async #liveThread(operation: StoreVerb, threadId: ThreadId): Promise<LiveThread> {
    this.#requireWritable(operation)
    const live = this.#live.get(threadId)
    if (live !== undefined) return live
    await this.#home.stored(threadId)
    throw notLive(threadId)
  }

  /** What there is of a thread that only this handle knows. */
  #draft(threadId: ThreadId): Draft | null {
    this.#requireOpen()
    return this.#live.get(threadId)?.draft ?? null
  }

  async #readStored(thread: HomeThread, read: params.ReadThreadParams): Promise<StoredThread> {
    const record = await this.#home.records.complete(thread)
    const history = read.includeHistory
      ? await loadHistory(this.#home, await this.#place(thread))
      : null
    const rollouts = read.includeRollouts ? await this.#rollouts(thread) : null
    return { ...record, history, rollouts: rollouts && rollouts.map(({ rollout }) => rollout) }
  }

  async #readDraft(read: params.ReadThreadParams, draft: Draft): Promise<StoredThread> {
    const history = read.includeHistory ? await this.loadHistory(read) : null
    return { ...structuredClone(draft.record), history, rollouts: read.includeRollouts ? [] : null }
  }

  /** The live writer of a thread, stored by now: a change to it is a reason to keep it. */
  async #storedLive(threadId: ThreadId): Promise<LiveThread | undefined> {
    const live = this.#live.get(threadId)
    if (live?.draft) await this.#stored(live, () => Promise.resolve())
    return live
  }

  /**
   * Runs `act` on a thread that is stored and has its row. The row comes before the first item: a
   * reader that found items without a row would take the record from them.
   */
  #stored(live: LiveThread, act: () => Promise<void>): Promise<void> {
    return live.run(async () => {
      const { draft } = live
      if (draft !== null) {
        live.store()
        await storeNewRecord(this.#home, draft.record)
      }
      await act()
    })
  }

  /** Writes out what there is and closes in one turn: nothing comes in between. */
  #shutDown(live: LiveThread): Promise<void> {
    return live.run(async () => {
      await live.flush()
      await this.#close(live)
    })
  }

  /** Waits for a writer to be closed, by this call or by one that was faster. */
  async #orClosed(live: LiveThread, closing: Promise<void>): Promise<void> {
    try {
      await closing
    } catch (reason) {
      if (this.#live.get(live.threadId) === live) throw reason
    }
  }

  /** The thread is live until its lock is released. Call within `run`. */
  async #close(live: LiveThread): Promise<void> {
    await live.close()
    this.#live.delete(live.threadId)
  }

  #visible(read: params.LoadThreadHistoryParams): Promise<HomeThread> {
    this.#requireOpen()
    return this.#home.visible(read)
  }

  /** A thread without a patch in the middle, which holds the lock of names until it is done. */
  async #settled(read: params.ReadThreadParams): Promise<HomeThread> {
    const thread = await this.#visible(read)
    if (this.#home.readOnly || isNameSettled(thread)) return thread
    return changingRecords(this.#home, () => this.#visible(read))
  }

  async #place(thread: HomeThread): Promise<HistoryPlace> {
    return { threadId: thread.threadId, current: await this.#home.records.current(thread) }
  }

  async #rollouts(thread: HomeThread): Promise<StampedRollout[]> {
    return stampedRollouts(thread, await this.#home.records.current(thread), this.#home.heads)
  }

  /** Adds to the records of a page what only their rollouts and tables say. */
  async #complete(
    { threads }: ListedThreads,
    records: readonly ThreadRecord[],
    includeRollouts: boolean,
  ): Promise<StoredThread[]> {
    const extras = this.#home.extra.snapshot()
    const items: StoredThread[] = []
    for (const { threadId } of records) {
      const thread = threads.get(threadId)
      if (thread === undefined) continue
      const record = await this.#home.records.complete(thread, extras)
      const rollouts = includeRollouts ? await this.#rollouts(thread) : null
      items.push({
        ...record,
        history: null,
        rollouts: rollouts && rollouts.map(({ rollout }) => rollout),
      })
    }
    return items
  }

  async #turns(
    list: params.LoadThreadHistoryParams,
    view: TurnItemsView,
  ): Promise<readonly StoredTurn[]> {
    const draft = this.#draft(list.threadId)
    if (draft !== null) return foldTurns((await this.loadHistory(list)).items, view)
    const thread = await this.#visible(list)
    return loadTurns(this.#home, await this.#place(thread), view)
  }
}

/** The error for a change to a home that was opened to be read. */
export function readOnlyHome(operation: StoreVerb | 'repair'): ThreadStoreError {
  return new ThreadStoreError('UNSUPPORTED', `${operation}: the home was opened for reading only`, {
    reason: 'not-claimed',
    operation,
  })
}
