import type { JsonObject } from '../protocol/json.js'

/** The events a loaded thread sends, spelled as Codex spells them in `event_msg` items. */
export const eventTypes = [
  'session_configured',
  'task_started',
  'task_complete',
  'turn_aborted',
  'thread_settings_applied',
  'user_message',
  'agent_message',
  'agent_message_content_delta',
  'agent_reasoning',
  'reasoning_content_delta',
  'item_started',
  'item_completed',
  'dynamic_tool_call_request',
  'dynamic_tool_call_response',
  'token_count',
  'thread_rolled_back',
  'context_compacted',
  'entered_review_mode',
  'exited_review_mode',
  'stream_error',
  'warning',
  'error',
  'shutdown_complete',
] as const
export type EventType = (typeof eventTypes)[number]

/** What an event says. Its fields are those of the persisted item, where it is persisted. */
export interface EventMsg extends JsonObject {
  readonly type: EventType
}

/** Something that happened to a loaded thread. */
export interface ThreadEvent {
  /** The turn it belongs to; empty for what concerns the whole thread. */
  readonly id: string
  readonly msg: EventMsg
}
