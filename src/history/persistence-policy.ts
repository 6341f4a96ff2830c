import { isJsonObject, type JsonValue } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'

/**
 * Whether an item is worth keeping in a history of this mode. What only a running turn needs is
 * not; what nobody here knows is. Legacy histories keep what was said as events of their own,
 * paginated ones as completed items.
 */
export function isPersisted(item: RolloutItem, historyMode: string): boolean {
  const paginated = historyMode === 'paginated'
  const payload = isJsonObject(item.payload) ? item.payload : {}
  const type = typeof payload['type'] === 'string' ? payload['type'] : ''
  switch (item.type) {
    case 'response_item':
      return !transientResponses.has(type)
    case 'event_msg':
      if (type === 'item_completed') return paginated || isKeptByLegacy(payload['item'])
      if (itemEvents.has(type)) return !paginated
      return !isTransient(type)
    case 'realtime_item':
      return paginated
    default:
      return true
  }
}

const transientResponses: ReadonlySet<string> = new Set(['compaction_trigger', 'other'])

/** Events that became completed items when histories were paginated. */
const itemEvents: ReadonlySet<string> = new Set([
  'user_message',
  'agent_message',
  'agent_reasoning',
  'agent_reasoning_raw_content',
  'patch_apply_end',
  'context_compacted',
  'entered_review_mode',
  'exited_review_mode',
  'mcp_tool_call_end',
  'web_search_end',
  'image_generation_end',
  'sub_agent_activity',
])

/** Completed items that have no event of their own. */
const legacyItems: ReadonlySet<unknown> = new Set(['Plan', 'Sleep', 'FunctionCallOutput'])

function isKeptByLegacy(completed: JsonValue | undefined): boolean {
  return isJsonObject(completed) && legacyItems.has(completed['type'])
}

/** Events that only tell listeners what is going on, by name. */
const transientEvents: ReadonlySet<string> = new Set([
  'error',
  'warning',
  'stream_error',
  'background_event',
  'deprecation_notice',
  'model_reroute',
  'model_verification',
  'session_configured',
  'shutdown_complete',
  'thread_name_updated',
  'raw_response_item',
  'item_started',
  'turn_diff',
  'plan_update',
  'exec_command_end',
  'view_image_tool_call',
  'terminal_interaction',
  'exec_approval_request',
  'apply_patch_approval_request',
  'elicitation_request',
  'request_permissions',
  'request_user_input',
  'patch_apply_updated',
  'undo_started',
  'undo_completed',
  'get_history_entry_response',
])

/** Families of such events. */
const transientFamilies =
  /_(?:begin|delta)$|^(?:guardian|collab|dynamic_tool_call|hook|mcp_startup|list|realtime|skills)_/

function isTransient(type: string): boolean {
  return transientEvents.has(type) || transientFamilies.test(type)
}
