import type { JsonValue } from './json.js'

/**
 * One entry of a thread's history; one line of a rollout. Unknown types and unknown fields beside
 * the named ones are data and are kept.
 */
export interface RolloutItem {
  readonly type: string
  readonly payload?: JsonValue
  /** When the item was written; ISO 8601. A store stamps a missing one. */
  readonly timestamp?: string
  /** Position in a paginated rollout, counted through its bases. */
  readonly ordinal?: number
  readonly [field: string]: JsonValue | undefined
}

/**
 * A place in a rollout's log: everything before it is included. `endOrdinalExclusive` counts items
 * from the start of the lineage, `endByteOffset` bytes from the start of this rollout.
 */
export interface HistoryPosition {
  readonly rolloutId: string
  readonly endOrdinalExclusive: number
  readonly endByteOffset: number
}

/** Types of items that Codex writes, as far as this release knows (Codex 0.131 to 0.169). */
export const KNOWN_ITEM_TYPES: ReadonlySet<string> = new Set([
  'session_meta',
  'turn_context',
  'response_item',
  'event_msg',
  'compacted',
  'world_state',
  'token_usage_record',
  'inter_agent_communication',
  'inter_agent_communication_metadata',
  'security_risk_score',
  'realtime_item',
  'retained_context',
])
