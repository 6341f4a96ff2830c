import type { TokenUsage } from '../protocol/metadata.js'
import type { TurnFacts } from './turn-items.js'
import type { UserInput } from './user-input.js'

/** How a turn ended. */
export interface TurnOutcome {
  readonly turnId: string
  /** `failed`: the model or the store gave up; `error` says why. */
  readonly status: 'completed' | 'interrupted' | 'failed'
  readonly lastAgentMessage: string | null
  readonly error: Error | null
}

/** A turn that is running. */
export interface ActiveTurn extends TurnFacts {
  readonly kind: 'regular' | 'compact' | 'review'
  readonly abort: AbortController
  /** What the user said and the model was not told yet. */
  readonly input: UserInput[]
  /** Whether the model will be asked again if somebody steers. */
  steerable: boolean
  /** Of all its responses so far. */
  tokens: TokenUsage
  /** When the model first said something; `null` until then. */
  firstTokenMs: number | null
  /** Rate limits came that no `token_count` has told yet. */
  rateLimitsUntold: boolean
  /** Its end is stored. */
  ended: boolean
}
