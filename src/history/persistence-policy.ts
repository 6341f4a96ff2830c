import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'

/**
 * In which histories something is kept: in all, in those of one mode, or in none. Legacy histories
 * keep what was shown as events of their own, paginated ones as completed items.
 */
type Kept = 'always' | 'legacy' | 'paginated' | 'never'

/**
 * Whether an item belongs into a history of this mode, as Codex decides it. What only listeners of
 * a running turn need does not. Types that are not in the tables are kept: nothing is dropped that
 * this release does not understand.
 */
export function isPersisted(item: RolloutItem, historyMode: string): boolean {
  const kept = keptIn(item, isJsonObject(item.payload) ? item.payload : {})
  return kept === 'always' || kept === (historyMode === 'paginated' ? 'paginated' : 'legacy')
}

function keptIn(item: RolloutItem, payload: JsonObject): Kept {
  const type = textAt(payload, 'type') ?? ''
  if (item.type === 'response_item') return responseItems.get(type) ?? 'always'
  if (item.type !== 'event_msg') return items.get(item.type) ?? 'always'
  return type === 'item_completed' ? completedItem(payload['item']) : (events.get(type) ?? 'always')
}

function completedItem(item: JsonValue | undefined): Kept {
  if (!isJsonObject(item)) return 'always'
  // The end of a subagent's work is told by its own history.
  if (item['type'] === 'SubAgentActivity' && item['kind'] === 'completed') return 'paginated'
  return completedItems.get(textAt(item, 'type') ?? '') ?? 'always'
}

/** Types of items. */
const items = table({
  always: [
    'session_meta',
    'turn_context',
    'compacted',
    'world_state',
    'token_usage_record',
    'inter_agent_communication',
    'inter_agent_communication_metadata',
    'security_risk_score',
    'retained_context',
  ],
  paginated: ['realtime_item'],
})

/** Types of response items. */
const responseItems = table({
  always: [
    'message',
    'agent_message',
    'reasoning',
    'local_shell_call',
    'function_call',
    'function_call_output',
    'tool_search_call',
    'tool_search_output',
    'custom_tool_call',
    'custom_tool_call_output',
    'web_search_call',
    'image_generation_call',
    'compaction',
    'context_compaction',
    'additional_tools',
    'configuration_update',
  ],
  never: ['compaction_trigger', 'other'],
})

/** Types of completed items; legacy histories keep those that have no event of their own. */
const completedItems = table({
  always: ['Plan', 'Sleep', 'FunctionCallOutput', 'SubAgentActivity'],
  paginated: [
    'UserMessage',
    'HookPrompt',
    'AgentMessage',
    'Reasoning',
    'CommandExecution',
    'FileChange',
    'McpToolCall',
    'DynamicToolCall',
    'CollabAgentToolCall',
    'WebSearch',
    'ImageView',
    'ImageGeneration',
    'EnteredReviewMode',
    'ExitedReviewMode',
    'ContextCompaction',
  ],
})

/** Types of events, but for `item_completed`. */
const events = table({
  always: [
    'task_started',
    'turn_started',
    'task_complete',
    'turn_complete',
    'turn_aborted',
    'thread_rolled_back',
    'token_count',
    'thread_goal_updated',
    'thread_settings_applied',
  ],
  legacy: [
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
  ],
  never: [
    'error',
    'warning',
    'stream_error',
    'deprecation_notice',
    'background_event',
    'session_configured',
    'shutdown_complete',
    'thread_name_updated',
    'raw_response_item',
    'item_started',
    'turn_diff',
    'turn_moderation_metadata',
    'plan_update',
    'plan_delta',
    'agent_message_delta',
    'agent_message_content_delta',
    'agent_reasoning_delta',
    'agent_reasoning_raw_content_delta',
    'agent_reasoning_section_break',
    'reasoning_content_delta',
    'reasoning_raw_content_delta',
    'exec_command_begin',
    'exec_command_output_delta',
    'exec_command_end',
    'terminal_interaction',
    'view_image_tool_call',
    'patch_apply_begin',
    'patch_apply_updated',
    'mcp_tool_call_begin',
    'mcp_startup_update',
    'mcp_startup_complete',
    'mcp_list_tools_response',
    'web_search_begin',
    'image_generation_begin',
    'dynamic_tool_call_request',
    'dynamic_tool_call_response',
    'exec_approval_request',
    'apply_patch_approval_request',
    'request_permissions',
    'request_user_input',
    'elicitation_request',
    'guardian_assessment',
    'guardian_warning',
    'hook_started',
    'hook_completed',
    'collab_agent_spawn_begin',
    'collab_agent_spawn_end',
    'collab_agent_interaction_begin',
    'collab_agent_interaction_end',
    'collab_waiting_begin',
    'collab_waiting_end',
    'collab_close_begin',
    'collab_close_end',
    'collab_resume_begin',
    'collab_resume_end',
    'realtime_conversation_started',
    'realtime_conversation_realtime',
    'realtime_conversation_closed',
    'realtime_conversation_sdp',
    'realtime_conversation_list_voices_response',
    'model_reroute',
    'model_verification',
    'safety_buffering',
    'undo_started',
    'undo_completed',
    'list_custom_prompts_response',
    'list_skills_response',
    'skills_update_available',
    'get_history_entry_response',
  ],
})

function table(
  rows: Readonly<Partial<Record<Kept, readonly string[]>>>,
): ReadonlyMap<string, Kept> {
  const entries = Object.entries(rows) as [Kept, readonly string[]][]
  return new Map(entries.flatMap(([kept, types]) => types.map((type) => [type, kept] as const)))
}
