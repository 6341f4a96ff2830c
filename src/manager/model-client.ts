import type { JsonObject, JsonValue } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { ThreadId } from '../protocol/thread-id.js'

/** One request for the model to go on with a thread. */
export interface ModelRequest {
  readonly threadId: ThreadId
  readonly model: string
  readonly instructions: string
  /** The model's context: response items, oldest first. */
  readonly input: readonly JsonObject[]
  /** Tool definitions as the Responses API spells them. */
  readonly tools: readonly JsonValue[]
  /** `null`: the model's own. */
  readonly reasoningEffort: string | null
  readonly reasoningSummary: string
  /** Aborted when the turn is interrupted: the stream has to end soon after. */
  readonly signal: AbortSignal
}

/** What a model says while it answers. A stream that ends without `completed` was cut off. */
export type ModelEvent =
  /** `itemId` is the id of the item that the text becomes part of. */
  | { readonly type: 'text-delta'; readonly itemId: string; readonly delta: string }
  | { readonly type: 'reasoning-delta'; readonly itemId: string; readonly delta: string }
  /** A whole response item: a message, reasoning, a function call, … */
  | { readonly type: 'item'; readonly item: JsonObject }
  /** What is left of the account, for clients that are told. */
  | { readonly type: 'rate-limits'; readonly rateLimits: JsonObject }
  | {
      readonly type: 'completed'
      readonly responseId: string
      readonly usage: TokenUsage | null
    }

/** Where answers come from. */
export interface ModelClient {
  stream(request: ModelRequest): AsyncIterable<ModelEvent>
}
