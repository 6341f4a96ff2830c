import type { JsonValue } from '../protocol/json.js'
import type { ThreadId } from '../protocol/thread-id.js'

/** A function call of the model. */
export interface ToolCall {
  readonly threadId: ThreadId
  readonly turnId: string
  readonly callId: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

export interface ToolOutput {
  readonly success: boolean
  readonly output: string
}

/** The tools of the host. A call that rejects is reported to the model as a failure. */
export interface ToolRunner {
  /** Definitions as the Responses API spells them. */
  readonly definitions: readonly JsonValue[]
  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutput>
}

/** No tools at all. */
export const noTools: ToolRunner = {
  definitions: [],
  run: (call) => Promise.resolve({ success: false, output: `unsupported call: ${call.name}` }),
}
