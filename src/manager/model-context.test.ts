import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { summaryText } from './compacted-context.js'
import { rebuildContext } from './model-context.js'
import { messageText, userMessage } from './user-input.js'

const event = (type: string, more: JsonObject = {}): RolloutItem => ({
  type: 'event_msg',
  payload: { type, ...more },
})
const response = (payload: JsonObject): RolloutItem => ({ type: 'response_item', payload })
const user = (text: string): RolloutItem => response(userMessage(text))
const agent = (text: string): RolloutItem =>
  response({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] })
const rolledBack = (num_turns: number): RolloutItem => event('thread_rolled_back', { num_turns })
const compacted = (message: string, replacement?: readonly JsonObject[]): RolloutItem => ({
  type: 'compacted',
  payload: { message, ...(replacement && { replacement_history: replacement }) },
})

let turns = 0
/** A turn as Codex writes it. */
function turn(...items: readonly RolloutItem[]): RolloutItem[] {
  turns += 1
  const turn_id = `turn-${turns}`
  return [event('task_started', { turn_id }), ...items, event('task_complete', { turn_id })]
}

const texts = (items: readonly RolloutItem[]): string[] => rebuildContext(items).map(messageText)

describe('a context', () => {
  test('is the response items of the history, in order', () => {
    const call = { type: 'function_call', name: 'f', arguments: '{}', call_id: 'c' }
    const items = [
      { type: 'session_meta', payload: {} },
      ...turn(user('one'), event('user_message', { message: 'one' }), response(call), agent('two')),
    ]
    expect(rebuildContext(items)).toEqual([
      userMessage('one'),
      call,
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'two' }] },
    ])
  })

  test('leaves ghost snapshots out', () => {
    expect(rebuildContext([response({ type: 'ghost_snapshot' })])).toEqual([])
  })
})

describe('a rollback', () => {
  const two = [...turn(user('one'), agent('1')), ...turn(user('two'), agent('2'))]

  test('takes whole turns back', () => {
    expect(texts([...two, rolledBack(1)])).toEqual(['one', '1'])
  })

  test('of more turns than there are takes everything back', () => {
    expect(texts([...two, rolledBack(9)])).toEqual([])
  })

  test('takes an unfinished turn back', () => {
    const unfinished = [event('task_started', { turn_id: 'u' }), user('three')]
    expect(texts([...two, ...unfinished, rolledBack(1)])).toEqual(['one', '1', 'two', '2'])
  })

  test('counts turns of the user, and takes the others after them along', () => {
    const ofNobody = turn(agent('by itself'))
    expect(texts([...two, ...ofNobody, rolledBack(1)])).toEqual(['one', '1'])
  })

  test('counts once what is both told to the model and shown', () => {
    const shown = turn(user('three'), event('user_message', { message: 'three' }), agent('3'))
    expect(texts([...two, ...shown, rolledBack(1)])).toEqual(['one', '1', 'two', '2'])
  })

  test('counts a steered turn once', () => {
    const steered = turn(user('three'), agent('3'), user('rather four'), agent('4'))
    expect(texts([...two, ...steered, rolledBack(1)])).toEqual(['one', '1', 'two', '2'])
  })

  test('does not count what was told to the model for the user', () => {
    const aborted = user('<turn_aborted>\nstopped\n</turn_aborted>')
    expect(texts([...two, aborted, rolledBack(1)])).toEqual(['one', '1'])
  })

  test('counts agents that speak to each other', () => {
    const message = { type: 'inter_agent_communication', payload: { trigger_turn: true } }
    expect(texts([...two, ...turn(message, agent('done')), rolledBack(1)])).toEqual([
      'one',
      '1',
      'two',
      '2',
    ])
  })

  test('counts orders of agents from when they were messages of the assistant', () => {
    const order = { author: 'a', recipient: 'b', content: 'do it', trigger_turn: true }
    const ordered = turn(agent(JSON.stringify(order)), agent('done'))
    expect(texts([...two, ...ordered, rolledBack(1)])).toEqual(['one', '1', 'two', '2'])
  })

  test('applied again after others counts what still stands', () => {
    const items = [...two, rolledBack(1), ...turn(user('three'), agent('3')), rolledBack(1)]
    expect(texts(items)).toEqual(['one', '1'])
    expect(texts([...items, rolledBack(1)])).toEqual([])
  })

  test('finds turns in histories without turn markers', () => {
    const old = [user('one'), agent('1'), user('two'), agent('2'), user('three')]
    expect(texts([...old, rolledBack(1)])).toEqual(['one', '1', 'two', '2'])
    expect(texts([...old, rolledBack(2)])).toEqual(['one', '1'])
    const eventsFirst = old.flatMap((item) =>
      item.payload === undefined ? [] : [event('user_message', { message: 'x' }), item],
    )
    expect(texts([...eventsFirst, rolledBack(1)])).toEqual(['one', '1', 'two', '2'])
  })

  test('of no turns, or of what is no number, takes nothing back', () => {
    expect(texts([...two, rolledBack(0), event('thread_rolled_back')])).toHaveLength(4)
  })
})

describe('a compaction', () => {
  const before = turn(user('one'), agent('1'))

  test('stands for everything before it', () => {
    const items = [...before, ...turn(compacted('sum', [userMessage('sum')])), ...turn(user('two'))]
    expect(texts(items)).toEqual(['sum', 'two'])
  })

  test('is taken back with its turn, and what it stood for is there again', () => {
    const items = [
      ...before,
      ...turn(compacted('sum', [userMessage('sum')])),
      ...turn(user('two'), agent('2')),
    ]
    expect(texts([...items, rolledBack(1)])).toEqual(['sum'])
    expect(texts([...items, rolledBack(2)])).toEqual([])
  })

  test('in the middle of a turn that is taken back goes with it', () => {
    const items = [...before, ...turn(user('two'), compacted('sum', [userMessage('sum')]))]
    expect(texts([...items, rolledBack(1)])).toEqual(['one', '1'])
  })

  test('without a replacement keeps what the user said, and the summary', () => {
    const items = [...before, ...turn(compacted(summaryText('sum')))]
    expect(texts(items)).toEqual(['one', summaryText('sum')])
  })
})
