import { expect, test } from 'vitest'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { isPersisted } from './persistence-policy.js'

const event = (type: string, more = {}): RolloutItem => ({
  type: 'event_msg',
  payload: { type, ...more },
})
const completed = (type: string, more = {}): RolloutItem =>
  event('item_completed', { turn_id: 't', item: { type, id: 'i', ...more } })
const response = (type: string): RolloutItem => ({ type: 'response_item', payload: { type } })

test.each([
  { type: 'session_meta', payload: {} },
  { type: 'turn_context', payload: {} },
  { type: 'compacted', payload: {} },
  { type: 'world_state', payload: {} },
  { type: 'something_new', payload: {} },
  { type: 'something_without_payload' },
  response('message'),
  response('reasoning'),
  response('function_call_output'),
  response('something_new'),
  event('task_started'),
  event('turn_complete'),
  event('turn_aborted'),
  event('token_count'),
  event('thread_rolled_back'),
  event('thread_goal_updated'),
  event('thread_settings_applied'),
  event('something_new'),
  event('item_completed', { item: 'text' }),
  event('item_completed', { item: {} }),
  completed('Plan'),
  completed('SubAgentActivity', { kind: 'started' }),
  completed('SomethingNew'),
])('$type $payload.type $payload.item.type is kept in either mode', (item) => {
  expect([isPersisted(item, 'legacy'), isPersisted(item, 'paginated')]).toEqual([true, true])
})

test.each([
  response('compaction_trigger'),
  response('other'),
  event('error'),
  event('stream_error'),
  event('agent_message_delta'),
  event('agent_message_content_delta'),
  event('exec_command_begin'),
  event('exec_command_output_delta'),
  event('exec_command_end'),
  event('guardian_assessment'),
  event('collab_waiting_end'),
  event('dynamic_tool_call_request'),
  event('session_configured'),
  event('item_started'),
  event('mcp_tool_call_begin'),
])('$payload.type is kept in no mode', (item) => {
  expect([isPersisted(item, 'legacy'), isPersisted(item, 'paginated')]).toEqual([false, false])
})

test.each([
  event('user_message'),
  event('agent_message'),
  event('agent_reasoning'),
  event('context_compacted'),
  event('entered_review_mode'),
  event('mcp_tool_call_end'),
])('$payload.type is kept in legacy histories only', (item) => {
  expect([isPersisted(item, 'legacy'), isPersisted(item, 'paginated')]).toEqual([true, false])
})

test.each([
  completed('UserMessage'),
  completed('AgentMessage'),
  completed('SubAgentActivity', { kind: 'completed' }),
  { type: 'realtime_item', payload: {} },
])('$type $payload.item.type is kept in paginated histories only', (item) => {
  expect([isPersisted(item, 'legacy'), isPersisted(item, 'paginated')]).toEqual([false, true])
})

test('a mode that is not known is taken for legacy', () => {
  expect(isPersisted(event('user_message'), 'holographic')).toBe(true)
})
