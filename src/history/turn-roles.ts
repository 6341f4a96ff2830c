import { isJsonObject, type JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { isHookPrompt } from './user-message.js'

/**
 * What an item does to the turns of a history.
 *
 * `visible` content opens a turn where none is open; `addressed` content names its turn; `neutral`
 * items belong to the turn in which they stand, if they stand in one; `none` to no turn at all.
 */
type TurnRole =
  | 'none'
  | 'neutral'
  | 'start'
  | 'complete'
  | 'abort'
  | 'error'
  | 'rollback'
  | 'user-message'
  | 'visible'
  | 'compaction'
  | 'addressed'

/** Event types that are more than neutral. Codex renamed the two markers and reads both names. */
const eventRoles: ReadonlyMap<string, TurnRole> = new Map<string, TurnRole>([
  ['task_started', 'start'],
  ['turn_started', 'start'],
  ['task_complete', 'complete'],
  ['turn_complete', 'complete'],
  ['turn_aborted', 'abort'],
  ['error', 'error'],
  ['thread_rolled_back', 'rollback'],
  ['user_message', 'user-message'],
  ['agent_message', 'visible'],
  ['agent_reasoning', 'visible'],
  ['agent_reasoning_raw_content', 'visible'],
  ['web_search_begin', 'visible'],
  ['web_search_end', 'visible'],
  ['mcp_tool_call_begin', 'visible'],
  ['mcp_tool_call_end', 'visible'],
  ['view_image_tool_call', 'visible'],
  ['image_generation_begin', 'visible'],
  ['image_generation_end', 'visible'],
  ['collab_agent_spawn_begin', 'visible'],
  ['collab_agent_spawn_end', 'visible'],
  ['collab_agent_interaction_begin', 'visible'],
  ['collab_agent_interaction_end', 'visible'],
  ['collab_waiting_begin', 'visible'],
  ['collab_waiting_end', 'visible'],
  ['collab_close_begin', 'visible'],
  ['collab_close_end', 'visible'],
  ['collab_resume_begin', 'visible'],
  ['collab_resume_end', 'visible'],
  ['sub_agent_activity', 'visible'],
  ['context_compacted', 'visible'],
  ['entered_review_mode', 'visible'],
  ['exited_review_mode', 'visible'],
  ['item_started', 'addressed'],
  ['item_completed', 'addressed'],
  ['exec_command_begin', 'addressed'],
  ['exec_command_end', 'addressed'],
  ['guardian_assessment', 'addressed'],
  ['apply_patch_approval_request', 'addressed'],
  ['patch_apply_begin', 'addressed'],
  ['patch_apply_end', 'addressed'],
  ['dynamic_tool_call_request', 'addressed'],
  ['dynamic_tool_call_response', 'addressed'],
])

/** The field that must hold text for an event of its type to show anything. */
const textFields: ReadonlyMap<string, string> = new Map([
  ['agent_message', 'message'],
  ['agent_reasoning', 'text'],
  ['agent_reasoning_raw_content', 'text'],
])

/** The role of an item whose payload is `payload`. */
export function turnRole(item: RolloutItem, payload: JsonObject): TurnRole {
  switch (item.type) {
    case 'session_meta':
      return 'none'
    case 'compacted':
      return 'compaction'
    case 'response_item':
      return isHookPrompt(payload) ? 'visible' : 'neutral'
    case 'event_msg':
      return eventRole(payload)
    default:
      return 'neutral'
  }
}

function eventRole(payload: JsonObject): TurnRole {
  const type = payload['type']
  if (typeof type !== 'string') return 'neutral'
  const textField = textFields.get(type)
  if (textField !== undefined && !payload[textField]) return 'neutral'
  return eventRoles.get(type) ?? 'neutral'
}

/** Whose message an item shows, in either way in which Codex has written it; `null` for others. */
export function messageRole(item: RolloutItem): 'user' | 'agent' | null {
  if (item.type !== 'event_msg' || !isJsonObject(item.payload)) return null
  const { payload } = item
  const type = payload['type']
  if (type === 'user_message') return 'user'
  if (type === 'agent_message') return payload['message'] ? 'agent' : null
  return type === 'item_completed' ? completedRole(payload['item']) : null
}

function completedRole(item: unknown): 'user' | 'agent' | null {
  const type = isJsonObject(item) ? item['type'] : null
  if (type === 'UserMessage') return 'user'
  return type === 'AgentMessage' ? 'agent' : null
}
