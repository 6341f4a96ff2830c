import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import { agentOrder, isHookPrompt, isUserMessage, responseItem } from './user-message.js'

function message(role: string, ...texts: string[]): JsonObject {
  return { type: 'message', role, content: texts.map((text) => ({ type: 'input_text', text })) }
}

describe('isUserMessage', () => {
  test.each([
    '# AGENTS.md instructions for /home/dev\n\n<INSTRUCTIONS>\nx\n</INSTRUCTIONS>',
    '<user_instructions>x</user_instructions>',
    ' <environment_context>\n  <cwd>/</cwd>\n</environment_context>\n',
    '<ENVIRONMENT_CONTEXT></ENVIRONMENT_CONTEXT>',
    '<external_mail>x</external_mail>',
    '<skill>\n<name>x</name></skill>',
    '<user_shell_command>ls</user_shell_command>',
    '<turn_aborted>\nx\n</turn_aborted>',
    '<subagent_notification>{}</subagent_notification>',
    '<codex_internal_context source="goal">\nContinue\n</codex_internal_context>',
    '<goal_context>x</goal_context>',
    '<recommended_plugins>x</recommended_plugins>',
    '<hook_prompt hook_run_id="1">x</hook_prompt>',
    'Warning: The maximum number of unified exec processes you can keep open is 60',
  ])('%j was said by nobody', (text) => {
    expect(isUserMessage(message('user', text))).toBe(false)
    expect(isUserMessage(message('user', 'hello', text))).toBe(false)
  })

  test.each([
    'hello',
    'What does <environment_context> mean?',
    '<environment_context> is never closed',
    '# AGENTS.md is what I ask about',
    '',
  ])('%j was said by the user', (text) => {
    expect(isUserMessage(message('user', text))).toBe(true)
  })

  test('images and empty messages are said by the user, other roles and items are not', () => {
    expect(
      isUserMessage({ type: 'message', role: 'user', content: [{ type: 'input_image' }] }),
    ).toBe(true)
    expect(isUserMessage({ type: 'message', role: 'user' })).toBe(true)
    const wordless = [{ type: 'input_text' }]
    expect(isUserMessage({ type: 'message', role: 'user', content: wordless })).toBe(true)
    expect(isUserMessage(message('developer', 'hello'))).toBe(false)
    expect(isUserMessage({ type: 'reasoning', role: 'user' })).toBe(false)
  })
})

test('a hook prompt says which hook run it comes from', () => {
  const prompt = '<hook_prompt hook_run_id="run-1">check this</hook_prompt>'
  expect(isHookPrompt(message('user', prompt, prompt))).toBe(true)
  expect(isHookPrompt(message('user', prompt, 'hello'))).toBe(false)
  expect(isHookPrompt(message('user', prompt.replace('run-1', ' ')))).toBe(false)
  expect(isHookPrompt(message('user'))).toBe(false)
})

test('an order from another agent is JSON in a message of the assistant', () => {
  const order = { author: '/root', recipient: '/root/scout', content: 'look', trigger_turn: true }
  expect(agentOrder(message('assistant', JSON.stringify(order)))).toEqual({ triggersTurn: true })
  const quiet = JSON.stringify({ ...order, trigger_turn: false })
  expect(agentOrder(message('assistant', quiet))).toEqual({ triggersTurn: false })
  expect(agentOrder(message('user', quiet))).toBeNull()
  expect(agentOrder(message('assistant', quiet, quiet))).toBeNull()
  expect(agentOrder(message('assistant', '{"trigger_turn":true}'))).toBeNull()
  expect(agentOrder(message('assistant', '{"trigger_turn'))).toBeNull()
})

test('only response items stand in a history as response items', () => {
  const payload = message('user', 'hello')
  expect(responseItem({ type: 'response_item', payload })).toBe(payload)
  expect(responseItem({ type: 'event_msg', payload })).toBeNull()
  expect(responseItem({ type: 'response_item', payload: 'text' })).toBeNull()
})
