import type { JsonObject } from '../protocol/json.js'
import type {
  ApprovalMode,
  GitInfo,
  PermissionProfile,
  SessionSource,
  StoredMemoryMode,
  ThreadSource,
  TokenUsage,
} from '../protocol/metadata.js'
import type { HistoryPosition, RolloutItem } from '../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../protocol/thread-id.js'
import type { StoredTurn } from '../protocol/turn.js'

/**
 * A thread read back. Optional values are `null`, never absent; times are ISO 8601 UTC with
 * milliseconds. Nothing in it aliases the store's own state.
 */
export interface StoredThread {
  readonly threadId: ThreadId
  readonly extraConfig: JsonObject | null
  readonly rolloutPath: string | null
  readonly forkedFromId: ThreadId | null
  readonly parentThreadId: ThreadId | null
  /** What a list shows for the thread; empty until something was said. */
  readonly preview: string
  readonly name: string | null
  readonly title: string | null
  readonly modelProvider: string
  readonly model: string | null
  readonly reasoningEffort: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly archivedAt: string | null
  /** Working directory; empty when the thread has no file system. */
  readonly cwd: string
  readonly cliVersion: string
  readonly source: SessionSource
  readonly threadSource: ThreadSource | null
  readonly agentNickname: string | null
  readonly agentRole: string | null
  readonly agentPath: string | null
  /** `null` when no git fact is known. */
  readonly gitInfo: GitInfo | null
  readonly approvalMode: ApprovalMode | null
  readonly permissionProfile: PermissionProfile | null
  readonly tokenUsage: TokenUsage | null
  readonly firstUserMessage: string | null
  readonly memoryMode: StoredMemoryMode
  /**
   * `legacy` or `paginated`, fixed when the thread was created. A store keeps one it does not know
   * and refuses to read that thread's history (`UNSUPPORTED {history-mode}`).
   */
  readonly historyMode: string
  /** What belongs to the thread and has no field here: goals, spawn edges, pins. Moved as it is. */
  readonly extra: JsonObject | null
  /** Only when asked for with `includeHistory`; of the same point in time as the record. */
  readonly history: StoredThreadHistory | null
  /** Only when asked for with `includeRollouts`; bases before what begins from them. */
  readonly rollouts: readonly StoredRollout[] | null
}

/** The metadata of a thread: a record without what has to be asked for. */
export type ThreadRecord = Omit<StoredThread, 'history' | 'rollouts'>

/** A thread's items in replay order, its lineage resolved. */
export interface StoredThreadHistory {
  readonly threadId: ThreadId
  readonly items: readonly RolloutItem[]
  /** Where the history ends; `null` when the store has no lineage. */
  readonly position: HistoryPosition | null
}

/** Where a rollout lies as a file, or lay when it was imported. */
export interface RolloutFile {
  /** Path inside the home, with `/`: `sessions/2026/11/22/rollout-….jsonl`. */
  readonly name: string
  /** ISO 8601 UTC with up to nine fractional digits. */
  readonly modifiedAt: string
}

/** What a store knows of a rollout without reading it. */
export interface StoredRollout {
  readonly rolloutId: RolloutId
  readonly base: HistoryPosition | null
  readonly file: RolloutFile | null
  readonly byteCount: number
  /** As recorded when it was stored; `null` where the store keeps no count. */
  readonly itemCount: number | null
  /** As recorded when it was stored, lower-case hex; `null` where the store keeps none. */
  readonly sha256: string | null
  /**
   * Opaque. Equal fingerprints of one rollout mean equal bytes. A store keeps the one it was given
   * on import, and one that owns the bytes makes its own.
   */
  readonly fingerprint: string | null
}

export interface ThreadPage {
  readonly items: readonly StoredThread[]
  readonly nextCursor: string | null
}

export interface StoredThreadSearchResult {
  readonly thread: StoredThread
  /** Text around the first match, in its own case. */
  readonly snippet: string
}

export interface ThreadSearchPage {
  readonly items: readonly StoredThreadSearchResult[]
  readonly nextCursor: string | null
}

export interface TurnPage {
  readonly turns: readonly StoredTurn[]
  readonly nextCursor: string | null
  /** Pages the other way, beginning with the first turn of this page. `null` on an empty page. */
  readonly backwardsCursor: string | null
}

export interface ItemPage {
  readonly items: readonly RolloutItem[]
  readonly nextCursor: string | null
  /** Pages the other way, beginning with the first item of this page. `null` on an empty page. */
  readonly backwardsCursor: string | null
}

/** A record without history or rollouts, as lists and patches return it. */
export function bareThread(record: ThreadRecord): StoredThread {
  return { ...record, history: null, rollouts: null }
}
