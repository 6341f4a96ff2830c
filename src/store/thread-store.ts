import type { ThreadStoreCapabilities } from './capabilities.js'
import type {
  AppendThreadItemsParams,
  CreateThreadParams,
  ListItemsParams,
  ListThreadsParams,
  ListTurnsParams,
  LoadThreadHistoryParams,
  ReadThreadParams,
  ResumeThreadParams,
  RevertThreadParams,
  SearchThreadsParams,
  ThreadParams,
  UpdateThreadMetadataParams,
} from './params.js'
import type { ImportThreadParams, ThreadExport, ThreadReceipt } from './raw-history.js'
import type {
  ItemPage,
  StoredThread,
  StoredThreadHistory,
  ThreadPage,
  ThreadSearchPage,
  TurnPage,
} from './records.js'

/**
 * Durable agent conversations. One object is one *handle*: it owns the live writers it opened.
 *
 * Every rejection is a `ThreadStoreError`; a rejected call has changed nothing, unless its code is
 * `OUTCOME_UNKNOWN`. `docs/thread-store.md` states each promise as a numbered requirement.
 */
export interface ThreadStore extends AsyncDisposable {
  readonly supports: ThreadStoreCapabilities

  /**
   * Begins a thread and opens its live writer. The history begins with a `session_meta` item made
   * from the params.
   */
  createThread(params: CreateThreadParams): Promise<void>
  /** Opens a live writer on a stored thread. */
  resumeThread(params: ResumeThreadParams): Promise<void>
  /** Appends raw items; changes no metadata, not even `updatedAt`. */
  appendItems(params: AppendThreadItemsParams): Promise<void>
  /** Materialises a lazy thread and makes everything appended durable. */
  persistThread(params: ThreadParams): Promise<void>
  /** Returns when everything acknowledged is durable at the claimed tier, and readable. */
  flushThread(params: ThreadParams): Promise<void>
  /** Flushes and closes the live writer. */
  shutdownThread(params: ThreadParams): Promise<void>
  /** Closes the live writer without forcing anything out. Idempotent, also for unknown ids. */
  discardThread(params: ThreadParams): Promise<void>
  loadHistory(params: LoadThreadHistoryParams): Promise<StoredThreadHistory>
  readThread(params: ReadThreadParams): Promise<StoredThread>
  listThreads(params: ListThreadsParams): Promise<ThreadPage>
  /** Needs `supports.search`. */
  searchThreads(params: SearchThreadsParams): Promise<ThreadSearchPage>
  /** Needs `supports.turns`. */
  listTurns(params: ListTurnsParams): Promise<TurnPage>
  /** Needs `supports.items`. */
  listItems(params: ListItemsParams): Promise<ItemPage>
  /** Applies a literal patch atomically; an empty one is a read. */
  updateThreadMetadata(params: UpdateThreadMetadataParams): Promise<StoredThread>
  archiveThread(params: ThreadParams): Promise<void>
  /** Moves `updatedAt` to now, so that the thread is found where recent ones are. */
  unarchiveThread(params: ThreadParams): Promise<StoredThread>
  /** Hides what follows `base` behind a new rollout. The thread must not be live. Needs `supports.lineage`. */
  revertThread(params: RevertThreadParams): Promise<StoredThread>
  /** Removes a thread and its rollouts. It must not be live. Needs `supports.delete`. */
  deleteThread(params: ThreadParams): Promise<void>
  /** Needs `supports.rawHistory`. */
  exportThread(params: ThreadParams): Promise<ThreadExport>
  /** Stores a thread as it was exported, all or nothing. Needs `supports.rawHistory`. */
  importThread(params: ImportThreadParams): Promise<ThreadReceipt>
  /** Recomputes, from the stored bytes, what an import's receipt said. Needs `supports.rawHistory`. */
  historyDigest(params: ThreadParams): Promise<ThreadReceipt>
  /** Shuts every live writer of this handle down and lets go of the storage. Idempotent. */
  close(): Promise<void>
}

/** The verbs of a store, in the order of the interface. */
export const storeVerbs = [
  'createThread',
  'resumeThread',
  'appendItems',
  'persistThread',
  'flushThread',
  'shutdownThread',
  'discardThread',
  'loadHistory',
  'readThread',
  'listThreads',
  'searchThreads',
  'listTurns',
  'listItems',
  'updateThreadMetadata',
  'archiveThread',
  'unarchiveThread',
  'revertThread',
  'deleteThread',
  'exportThread',
  'importThread',
  'historyDigest',
] as const
export type StoreVerb = (typeof storeVerbs)[number]
