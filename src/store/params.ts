import type { JsonObject, JsonValue } from '../protocol/json.js'
import type {
  GitInfo,
  HistoryMode,
  MemoryMode,
  SessionSource,
  ThreadSource,
} from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../protocol/thread-id.js'
import type { TurnItemsView } from '../protocol/turn.js'
import type { ThreadMetadataPatch } from './metadata-patch.js'

/** Every call that can wait can be abandoned. An aborted call has changed nothing. */
export interface Abortable {
  readonly signal?: AbortSignal
}

/** Facts a live writer needs to begin a thread. */
export interface ThreadPersistenceMetadata {
  /** `null`: the thread has no file system, and no git fact is looked up for it. */
  readonly cwd: string | null
  readonly modelProvider: string
  /** @defaultValue `enabled` */
  readonly memoryMode?: MemoryMode
  /** @defaultValue `''` */
  readonly cliVersion?: string
  /** Who wrote the thread, as it goes into its session_meta. @defaultValue `threadstore` */
  readonly originator?: string
  /** @defaultValue `null` */
  readonly gitInfo?: GitInfo | null
}

/** Where a fork or revert begins. */
export interface HistoryBase {
  /** Any rollout of the lineage; a position before its own start is found in its bases. */
  readonly rolloutId: RolloutId
  readonly endOrdinalExclusive: number
  /** Checked when given; found from the ordinal when absent. */
  readonly endByteOffset?: number
}

export interface CreateThreadParams extends Abortable {
  readonly threadId: ThreadId
  readonly source: SessionSource
  readonly metadata: ThreadPersistenceMetadata
  readonly extraConfig?: JsonObject | null
  readonly forkedFromId?: ThreadId | null
  /** Only for subagents. */
  readonly parentThreadId?: ThreadId | null
  readonly threadSource?: ThreadSource | null
  readonly baseInstructions?: string | null
  readonly dynamicTools?: readonly JsonValue[]
  /** In a `paginated` history every item has an ordinal. @defaultValue `legacy`, or the base's */
  readonly historyMode?: HistoryMode
  /**
   * Begin where another, paginated, history stands, without copying it. Needs `supports.lineage`.
   */
  readonly base?: HistoryBase
}

export interface ResumeThreadParams extends Abortable {
  readonly threadId: ThreadId
  /** @defaultValue false */
  readonly includeArchived?: boolean
}

export interface AppendThreadItemsParams extends Abortable {
  readonly threadId: ThreadId
  /** All are stored, in order, or none. Empty: nothing happens. */
  readonly items: readonly RolloutItem[]
}

/** A call about one thread: `persistThread`, `flushThread`, `archiveThread`, … */
export interface ThreadParams extends Abortable {
  readonly threadId: ThreadId
}

export interface LoadThreadHistoryParams extends Abortable {
  readonly threadId: ThreadId
  /** @defaultValue false */
  readonly includeArchived?: boolean
}

export interface ReadThreadParams extends Abortable {
  readonly threadId: ThreadId
  /** @defaultValue false */
  readonly includeArchived?: boolean
  /** @defaultValue false */
  readonly includeHistory?: boolean
  /** Needs `supports.rawHistory`. @defaultValue false */
  readonly includeRollouts?: boolean
}

export type ThreadSortKey = 'createdAt' | 'updatedAt'
export type SortDirection = 'asc' | 'desc'

export interface ListThreadsParams extends Abortable {
  /** 1 to 1000. */
  readonly pageSize: number
  readonly cursor?: string | null
  /** @defaultValue `createdAt` */
  readonly sortKey?: ThreadSortKey
  /** @defaultValue `desc` */
  readonly sortDirection?: SortDirection
  /** Absent or empty: every source. */
  readonly allowedSources?: readonly SessionSource[]
  /** Absent or empty: every provider. */
  readonly modelProviders?: readonly string[]
  /** Absent: every directory. Empty: none. */
  readonly cwdFilters?: readonly string[]
  /** Only threads that this one spawned. Absent: whoever spawned them, if anybody did. */
  readonly parentThreadId?: ThreadId
  /** `true`: the archived threads; otherwise the others. @defaultValue false */
  readonly archived?: boolean
  /** Literal text in name, title, preview or first user message; ASCII case is ignored. */
  readonly searchTerm?: string
  /** Needs `supports.rawHistory`. @defaultValue false */
  readonly includeRollouts?: boolean
}

export interface SearchThreadsParams extends Abortable {
  /** 1 to 1000. */
  readonly pageSize: number
  readonly cursor?: string | null
  /** @defaultValue `createdAt` */
  readonly sortKey?: ThreadSortKey
  /** @defaultValue `desc` */
  readonly sortDirection?: SortDirection
  /** Absent or empty: every source. */
  readonly allowedSources?: readonly SessionSource[]
  /** @defaultValue false */
  readonly archived?: boolean
  /** As in `listThreads`, and not empty. */
  readonly searchTerm: string
}

export interface ListTurnsParams extends Abortable {
  readonly threadId: ThreadId
  /** @defaultValue false */
  readonly includeArchived?: boolean
  readonly cursor?: string | null
  /** 1 to 1000. */
  readonly pageSize: number
  /** @defaultValue `desc` */
  readonly sortDirection?: SortDirection
  /** @defaultValue `summary` */
  readonly itemsView?: TurnItemsView
}

export interface ListItemsParams extends Abortable {
  readonly threadId: ThreadId
  /** Absent: the items of every turn that still stands. */
  readonly turnId?: string
  /** @defaultValue false */
  readonly includeArchived?: boolean
  readonly cursor?: string | null
  /** 1 to 1000. */
  readonly pageSize: number
  /** @defaultValue `asc` */
  readonly sortDirection?: SortDirection
}

export interface UpdateThreadMetadataParams extends Abortable {
  readonly threadId: ThreadId
  readonly patch: ThreadMetadataPatch
  /** @defaultValue false */
  readonly includeArchived?: boolean
}

export interface RevertThreadParams extends Abortable {
  readonly threadId: ThreadId
  /** A position in the thread's own lineage. */
  readonly base: HistoryBase
}
