import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import {
  cutForFork,
  interruptedNote,
  interruptionOf,
  runningTurn,
  userMessagePositions,
} from './cut.js'
import { foldTurns } from './fold-turns.js'
import { isUserMessage, responseItem } from './user-message.js'

function message(role: string, text: string): RolloutItem {
  const content = [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }]
  return { type: 'response_item', payload: { type: 'message', role, content } }
}

function event(type: string, fields: JsonObject = {}): RolloutItem {
  return { type: 'event_msg', payload: { type, ...fields } }
}

const user = (text: string): RolloutItem => message('user', text)
const context = user('<environment_context></environment_context>')
const agent = message('assistant', 'reply')
const started = (turn_id: string): RolloutItem => event('task_started', { turn_id })
const completed = (turn_id: string): RolloutItem => event('task_complete', { turn_id })
const rolledBack = (num_turns: number): RolloutItem => event('thread_rolled_back', { num_turns })
const wholeTurn = [started('a'), context, user('one'), agent, completed('a')]

describe('userMessagePositions', () => {
  test('leaves out what was said in the name of the user, and events', () => {
    const said = event('user_message', { message: 'one' })
    expect(userMessagePositions([context, said, user('one'), agent, user('two')])).toEqual([2, 4])
  })

  test('leaves out what was rolled back', () => {
    const items = [user('0'), user('1'), rolledBack(1), user('3'), rolledBack(0)]
    expect(userMessagePositions(items)).toEqual([0, 3])
    expect(userMessagePositions([...items, rolledBack(9), user('x')])).toEqual([6])
    expect(
      userMessagePositions([user('0'), event('thread_rolled_back', { num_turns: 'x' })]),
    ).toEqual([0])
  })
})

describe('runningTurn', () => {
  test('is the explicit turn that is in progress', () => {
    expect(runningTurn(wholeTurn)).toBeNull()
    expect(runningTurn([...wholeTurn, started('b'), user('two')])).toEqual({
      turnId: 'b',
      start: 5,
    })
    expect(runningTurn([started('b'), event('turn_aborted', { turn_id: 'b' })])).toBeNull()
  })

  test('has no id where turns had no markers, and ends with one', () => {
    expect(runningTurn([user('one'), agent])).toEqual({ turnId: null, start: 0 })
    expect(runningTurn([user('one'), agent, completed('x')])).toBeNull()
    expect(runningTurn([context])).toBeNull()
  })
})

describe('cutForFork', () => {
  const midTurn = [...wholeTurn, started('b'), user('two'), agent]

  test('before a message of the user keeps what stands before it', () => {
    expect(cutForFork(midTurn, { type: 'beforeUserMessage', n: 0 })).toEqual({
      kept: 2,
      appended: [],
    })
    expect(cutForFork(midTurn, { type: 'beforeUserMessage', n: 1 }).kept).toBe(6)
  })

  test('beyond the last message keeps all but a turn that is running', () => {
    expect(cutForFork(wholeTurn, { type: 'beforeUserMessage', n: Infinity }).kept).toBe(5)
    expect(cutForFork(midTurn, { type: 'beforeUserMessage', n: Infinity }).kept).toBe(5)
    expect(cutForFork([user('a'), agent], { type: 'beforeUserMessage', n: 7 }).kept).toBe(0)
  })

  test('interrupted keeps all and ends a running turn', () => {
    expect(cutForFork(wholeTurn, { type: 'interrupted' })).toEqual({ kept: 5, appended: [] })
    const { kept, appended } = cutForFork(midTurn, { type: 'interrupted' })
    expect({ kept, appended }).toEqual({ kept: midTurn.length, appended: interruptionOf('b') })
    const turns = foldTurns([...midTurn, ...appended])
    expect(turns.map(({ turnId, status }) => [turnId, status])).toEqual([
      ['a', 'completed'],
      ['b', 'interrupted'],
    ])
  })

  test('the note of an interruption is nothing the user said', () => {
    const note = responseItem(interruptedNote('user'))
    expect(note && isUserMessage(note)).toBe(false)
    const [developer] = interruptionOf(null, 'developer')
    expect(developer?.payload).toMatchObject({ type: 'message', role: 'developer' })
    expect(interruptionOf(null, 'none')).toEqual([
      {
        type: 'event_msg',
        payload: {
          type: 'turn_aborted',
          turn_id: null,
          reason: 'interrupted',
          completed_at: null,
          duration_ms: null,
        },
      },
    ])
  })
})
