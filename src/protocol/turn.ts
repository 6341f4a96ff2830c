import type { JsonValue } from './json.js'
import type { RolloutItem } from './rollout-item.js'

export type TurnStatus = 'completed' | 'interrupted' | 'failed' | 'inProgress'

/** How much of a turn's items a page carries. `summary`: first user and final agent message. */
export type TurnItemsView = 'notLoaded' | 'summary' | 'full'

export interface TurnError {
  readonly message: string
  readonly codexErrorInfo: JsonValue
  readonly additionalDetails: string | null
}

/** A turn, folded from a history. Optional values are `null`, never absent. */
export interface StoredTurn {
  readonly turnId: string
  readonly items: readonly RolloutItem[]
  readonly itemsView: TurnItemsView
  readonly status: TurnStatus
  readonly error: TurnError | null
  /** ISO 8601 UTC with milliseconds. */
  readonly startedAt: string | null
  readonly completedAt: string | null
  readonly durationMs: number | null
}
