import { describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import { messageRole, turnRole } from './turn-roles.js'

function roleOf(type: string, payload: JsonValue): string {
  return turnRole({ type, payload }, isJsonObject(payload) ? payload : {})
}

describe('turnRole', () => {
  test.each([
    ['session_meta', {}, 'none'],
    ['compacted', {}, 'compaction'],
    ['turn_context', {}, 'neutral'],
    ['world_state', {}, 'neutral'],
    ['something_new', {}, 'neutral'],
    ['response_item', { type: 'message', role: 'user', content: [] }, 'neutral'],
    ['event_msg', { type: 'token_count' }, 'neutral'],
    ['event_msg', { type: 'something_new' }, 'neutral'],
    ['event_msg', { type: 7 }, 'neutral'],
    ['event_msg', 'text', 'neutral'],
    ['event_msg', { type: 'turn_started' }, 'start'],
    ['event_msg', { type: 'user_message' }, 'user-message'],
    ['event_msg', { type: 'agent_message', message: 'x' }, 'visible'],
    ['event_msg', { type: 'agent_message', message: '' }, 'neutral'],
    ['event_msg', { type: 'agent_reasoning', text: '' }, 'neutral'],
    ['event_msg', { type: 'item_completed' }, 'addressed'],
  ])('of %s %j is %s', (type, payload, role) => {
    expect(roleOf(type, payload)).toBe(role)
  })
})

describe('messageRole', () => {
  const event = (payload: JsonObject): 'user' | 'agent' | null =>
    messageRole({ type: 'event_msg', payload })

  test('tells messages in either way of writing them', () => {
    expect(event({ type: 'user_message' })).toBe('user')
    expect(event({ type: 'item_completed', item: { type: 'UserMessage' } })).toBe('user')
    expect(event({ type: 'agent_message', message: 'x' })).toBe('agent')
    expect(event({ type: 'item_completed', item: { type: 'AgentMessage' } })).toBe('agent')
  })

  test('is null for anything else', () => {
    expect(event({ type: 'agent_message', message: '' })).toBeNull()
    expect(event({ type: 'item_completed', item: null })).toBeNull()
    expect(messageRole({ type: 'response_item', payload: { type: 'user_message' } })).toBeNull()
  })
})
