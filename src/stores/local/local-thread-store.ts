import { scanRollout } from '../../history/scan-rollout.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import type { TurnItemsView } from '../../protocol/turn.js'
import type { ThreadStoreCapabilities } from '../../store/capabilities.js'
import { ThreadStoreError, storeClosed } from '../../store/errors.js'
import { itemPage, turnPage } from '../../store/paging.js'
import type * as params from '../../store/params.js'
import type { RolloutReceipt, ThreadExport, ThreadReceipt } from '../../store/raw-history.js'
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
import type { ThreadStore } from '../../store/thread-store.js'
import { exportThread } from './export-thread.js'
import type { HomeThread } from './home-index.js'
import type { OpenHome } from './open-home.js'
import { writerLockHolder } from './home/held-locks.js'
import { readRolloutBytes } from './home/rollout-bytes.js'
import { type HistoryPlace, loadHistory, loadTurns } from './read-history.js'
import { type StampedRollout, stampedRollouts } from './stored-rollouts.js'

const supports: ThreadStoreCapabilities = {
  search: true,
  turns: true,
  items: true,
  delete: false,
  rawHistory: true,
  lineage: false,
  paths: true,
  durability: 'none',
  writers: 'multi-process',
  materialization: 'lazy',
  readYourWrites: 'always',
}

/** The `ThreadStore` of a Codex home. Params were validated by `checked`. */
export class LocalThreads implements ThreadStore {
  readonly supports: ThreadStoreCapabilities = supports
  readonly #home: OpenHome
  #open = true

  constructor(home: OpenHome) {
    this.#home = home
  }

  createThread(): Promise<void> {
    return refuse('createThread')
  }

  resumeThread(): Promise<void> {
    return refuse('resumeThread')
  }

  appendItems(): Promise<void> {
    return refuse('appendItems')
  }

  persistThread(): Promise<void> {
    return refuse('persistThread')
  }

  flushThread(): Promise<void> {
    return refuse('flushThread')
  }

  shutdownThread(): Promise<void> {
    return refuse('shutdownThread')
  }

  discardThread(): Promise<void> {
    return refuse('discardThread')
  }

  async loadHistory(load: params.LoadThreadHistoryParams): Promise<StoredThreadHistory> {
    const thread = await this.#visible(load)
    return loadHistory(this.#home, await this.#place(thread))
  }

  async readThread(read: params.ReadThreadParams): Promise<StoredThread> {
    const thread = await this.#visible(read)
    const record = await this.#home.records.complete(thread)
    const history = read.includeHistory
      ? await loadHistory(this.#home, await this.#place(thread))
      : null
    const rollouts = read.includeRollouts ? await this.#rollouts(thread) : null
    return { ...record, history, rollouts: rollouts && rollouts.map(({ rollout }) => rollout) }
  }

  async listThreads(list: params.ListThreadsParams): Promise<ThreadPage> {
    this.#requireOpen()
    const page = (await this.#home.listed()).page(list)
    const items: StoredThread[] = []
    for (const record of page.records) {
      items.push(await this.#listed(record, list.includeRollouts ?? false))
    }
    return { items, nextCursor: page.nextCursor }
  }

  async searchThreads(search: params.SearchThreadsParams): Promise<ThreadSearchPage> {
    this.#requireOpen()
    const page = (await this.#home.listed()).page(search)
    const items: ThreadSearchPage['items'][number][] = []
    for (const record of page.records) {
      const snippet = searchSnippet(record, search.searchTerm)
      items.push({ thread: await this.#listed(record, false), snippet })
    }
    return { items, nextCursor: page.nextCursor }
  }

  async listTurns(list: params.ListTurnsParams): Promise<TurnPage> {
    return turnPage(await this.#turns(list, list.itemsView ?? 'summary'), list)
  }

  async listItems(list: params.ListItemsParams): Promise<ItemPage> {
    return itemPage(await this.#turns(list, 'full'), list)
  }

  updateThreadMetadata(): Promise<StoredThread> {
    return refuse('updateThreadMetadata')
  }

  archiveThread(): Promise<void> {
    return refuse('archiveThread')
  }

  unarchiveThread(): Promise<StoredThread> {
    return refuse('unarchiveThread')
  }

  revertThread(): Promise<StoredThread> {
    return refuse('revertThread')
  }

  deleteThread(): Promise<void> {
    return refuse('deleteThread')
  }

  async exportThread({ threadId }: params.ThreadParams): Promise<ThreadExport> {
    const thread = await this.#visible({ threadId, includeArchived: true })
    const rollouts = await this.#rollouts(thread)
    const record = await this.#home.records.complete(thread)
    const holder = writerLockHolder(this.#home.paths.writerLocks, threadId)
    return exportThread(this.#home.index, record, rollouts, holder !== undefined)
  }

  importThread(): Promise<ThreadReceipt> {
    return refuse('importThread')
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
    this.#open = false
    this.#home.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #requireOpen(): void {
    if (!this.#open) throw storeClosed()
  }

  #visible(read: params.LoadThreadHistoryParams): Promise<HomeThread> {
    this.#requireOpen()
    return this.#home.visible(read)
  }

  async #place(thread: HomeThread): Promise<HistoryPlace> {
    return { threadId: thread.threadId, current: await this.#home.records.current(thread) }
  }

  async #rollouts(thread: HomeThread): Promise<StampedRollout[]> {
    return stampedRollouts(thread, await this.#home.records.current(thread), this.#home.heads)
  }

  async #listed({ threadId }: ThreadRecord, includeRollouts: boolean): Promise<StoredThread> {
    const thread = await this.#home.stored(threadId)
    const record = bareThread(await this.#home.records.complete(thread))
    if (!includeRollouts) return record
    return { ...record, rollouts: (await this.#rollouts(thread)).map(({ rollout }) => rollout) }
  }

  async #turns(list: params.LoadThreadHistoryParams, view: TurnItemsView) {
    const thread = await this.#visible(list)
    return loadTurns(this.#home, await this.#place(thread), view)
  }
}

function refuse(operation: ThreadId): Promise<never> {
  return Promise.reject(
    new ThreadStoreError('UNSUPPORTED', `${operation}: the home was opened for reading only`, {
      reason: 'not-claimed',
      operation,
    }),
  )
}
