import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn } from '../protocol/turn.js'
import { createTurnFolder, foldTurns } from './fold-turns.js'

function event(type: string, fields: JsonObject = {}): RolloutItem {
  return { timestamp: '2026-11-22T12:00:00.500Z', type: 'event_msg', payload: { type, ...fields } }
}

const user = (message: string): RolloutItem => event('user_message', { message })
const agent = (message: string): RolloutItem => event('agent_message', { message })
const started = (turn_id: string): RolloutItem => event('task_started', { turn_id })
const completed = (turn_id: string): RolloutItem => event('task_complete', { turn_id })
const aborted = (turn_id: string | null): RolloutItem => event('turn_aborted', { turn_id })
const rolledBack = (num_turns: number): RolloutItem => event('thread_rolled_back', { num_turns })
const compacted: RolloutItem = { type: 'compacted', payload: { message: '' } }
const context: RolloutItem = { type: 'turn_context', payload: {} }

function brief(turns: readonly StoredTurn[]): [string, string, number][] {
  return turns.map(({ turnId, status, items }) => [turnId, status, items.length])
}

describe('foldTurns', () => {
  test('carries every item from start to end', () => {
    const items = [started('a'), context, user('q'), agent('r'), completed('a')]
    expect(foldTurns(items)).toEqual([
      {
        turnId: 'a',
        items,
        itemsView: 'full',
        status: 'completed',
        error: null,
        startedAt: '2026-11-22T12:00:00.500Z',
        completedAt: '2026-11-22T12:00:00.500Z',
        durationMs: null,
      },
    ])
  })

  test('takes times and the duration from the markers', () => {
    const [turn] = foldTurns([
      event('turn_started', { turn_id: 'a', started_at: 1795351434 }),
      event('turn_complete', { turn_id: 'a', completed_at: 1795351435, duration_ms: 96 }),
    ])
    expect(turn).toMatchObject({
      startedAt: '2026-11-22T12:43:54.000Z',
      completedAt: '2026-11-22T12:43:55.000Z',
      durationMs: 96,
    })
  })

  test('a time that a marker gives as null is unknown', () => {
    const [turn] = foldTurns([
      started('a'),
      event('turn_aborted', { turn_id: 'a', completed_at: null, duration_ms: null }),
    ])
    expect(turn).toMatchObject({ status: 'interrupted', completedAt: null, durationMs: null })
  })

  test('leaves out session_meta and what stands between turns', () => {
    const meta: RolloutItem = { type: 'session_meta', payload: {} }
    const items = [meta, context, started('a'), meta, completed('a'), event('token_count'), meta]
    expect(brief(foldTurns(items))).toEqual([['a', 'completed', 2]])
  })

  test('user messages of a history without markers begin turns named after their place', () => {
    const items = [context, user('one'), agent('1'), user('two'), agent('2'), agent('')]
    expect(brief(foldTurns(items))).toEqual([
      ['rollout-1', 'completed', 2],
      ['rollout-3', 'completed', 3],
    ])
    expect(brief(foldTurns(items, 'full', 100))[0]?.[0]).toBe('rollout-101')
  })

  test('user messages of an explicit turn stay in it', () => {
    expect(brief(foldTurns([started('a'), user('one'), user('two')]))).toEqual([
      ['a', 'inProgress', 3],
    ])
  })

  test('an explicit turn that shows nothing is kept', () => {
    expect(brief(foldTurns([started('a'), completed('a'), started('b')]))).toEqual([
      ['a', 'completed', 2],
      ['b', 'inProgress', 1],
    ])
  })

  test('a compaction alone is a turn, and a user message joins it', () => {
    expect(brief(foldTurns([compacted]))).toEqual([['rollout-0', 'completed', 1]])
    expect(brief(foldTurns([compacted, user('q')]))).toEqual([['rollout-0', 'completed', 2]])
  })

  test('user response items open no turn', () => {
    const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'q' }] }
    expect(foldTurns([{ type: 'response_item', payload: message }])).toEqual([])
  })

  test('what a hook says is shown', () => {
    const content = [{ type: 'input_text', text: '<hook_prompt hook_run_id="1">x</hook_prompt>' }]
    const payload = { type: 'message', role: 'user', content }
    expect(brief(foldTurns([{ type: 'response_item', payload }]))).toEqual([
      ['rollout-0', 'completed', 1],
    ])
  })

  test('completions are matched by id, then go to the open turn', () => {
    expect(
      brief(foldTurns([started('a'), started('b'), completed('a'), agent('more'), completed('x')])),
    ).toEqual([
      ['a', 'completed', 2],
      ['b', 'completed', 3],
    ])
  })

  test('an abort of an earlier turn leaves the open one alone', () => {
    expect(brief(foldTurns([started('a'), completed('a'), started('b'), aborted('a')]))).toEqual([
      ['a', 'interrupted', 3],
      ['b', 'inProgress', 1],
    ])
  })

  test('after an abort only what is visible still comes to the turn', () => {
    const items = [started('a'), aborted(null), event('token_count'), agent('late'), started('b')]
    expect(brief(foldTurns(items))).toEqual([
      ['a', 'interrupted', 3],
      ['b', 'inProgress', 1],
    ])
  })

  test('an item that could name a turn and does not is visible where it stands', () => {
    const items = [event('exec_command_end'), event('exec_command_end', { turn_id: '' })]
    expect(brief(foldTurns(items))).toEqual([['rollout-0', 'completed', 2]])
  })

  test('late items go to the turn they name, and to none if nobody knows it', () => {
    const late = event('exec_command_end', { turn_id: 'a' })
    const stray = event('item_completed', { turn_id: 'nobody', item: { type: 'AgentMessage' } })
    expect(brief(foldTurns([started('a'), completed('a'), started('b'), late, stray]))).toEqual([
      ['a', 'completed', 3],
      ['b', 'inProgress', 1],
    ])
  })

  test('an error fails the open turn, unless it is about another request', () => {
    const beside = event('error', { message: 'no', codex_error_info: 'thread_rollback_failed' })
    const steering = { active_turn_not_steerable: { turn_kind: 'review' } }
    const about = event('error', { message: 'no', codex_error_info: steering })
    expect(foldTurns([started('a'), beside, about, completed('a')])[0]?.status).toBe('completed')
    const fatal = event('error', { message: 'too long', codex_error_info: 'usage_limit_exceeded' })
    expect(foldTurns([started('a'), fatal, completed('a')])[0]).toMatchObject({
      status: 'failed',
      error: {
        message: 'too long',
        codexErrorInfo: 'usage_limit_exceeded',
        additionalDetails: null,
      },
    })
    expect(foldTurns([started('a'), completed('a'), fatal])[0]?.status).toBe('completed')
  })

  test('a summary is the first user message and the last agent message', () => {
    const completedItem = (type: string): RolloutItem =>
      event('item_completed', { turn_id: 'b', item: { type } })
    const [first, last] = [completedItem('UserMessage'), completedItem('AgentMessage')]
    const items = [started('a'), user('one'), agent('1'), user('two'), agent('2'), completed('a')]
    items.push(started('b'), first, completedItem('Reasoning'), last)
    const turns = foldTurns(items, 'summary')
    expect(turns.map((turn) => turn.items)).toEqual([
      [user('one'), agent('2')],
      [first, last],
    ])
    expect(foldTurns(items, 'notLoaded').map((turn) => turn.items)).toEqual([[], []])
  })

  test('a rollback drops turns of any kind and the open one first', () => {
    const items = [user('one'), started('a'), completed('a'), user('two'), rolledBack(2), user('x')]
    expect(brief(foldTurns(items))).toEqual([
      ['rollout-0', 'completed', 1],
      ['rollout-5', 'completed', 1],
    ])
    expect(foldTurns([user('one'), rolledBack(5)])).toEqual([])
    expect(foldTurns([started('a'), rolledBack(0), agent('x')])).toHaveLength(2)
  })

  test('a rollback of no number of turns drops none', () => {
    for (const num_turns of [-1, 1.5, '1', null]) {
      const odd = event('thread_rolled_back', { num_turns })
      expect(foldTurns([started('a'), odd, agent('x')])).toHaveLength(1)
    }
  })

  test('a rolled-back id can be used again', () => {
    const items = [started('a'), completed('a'), rolledBack(1), started('a'), completed('a')]
    expect(brief(foldTurns(items))).toEqual([['a', 'completed', 2]])
  })
})

/** The rollback rules over a plain list of names, scanned from the start each time. */
function survivors(steps: readonly (string | number)[]): string[] {
  let names: string[] = []
  for (const step of steps) {
    if (typeof step === 'string') names.push(step)
    else names = names.slice(0, Math.max(0, names.length - step))
  }
  return names
}

const anyEvent = fc.oneof(
  fc
    .constantFrom('a', 'b', 'c')
    .chain((id) =>
      fc.constantFrom(
        started(id),
        completed(id),
        aborted(id),
        event('item_completed', { turn_id: id, item: { type: 'AgentMessage' } }),
      ),
    ),
  fc.nat({ max: 3 }).map(rolledBack),
  fc.constantFrom(user('q'), agent('r'), compacted, context, aborted(null), event('error')),
)

const markerFields = ['turn_id', 'started_at', 'completed_at', 'duration_ms', 'num_turns', 'item']

describe('createTurnFolder', () => {
  test('keeps the turns that a naive reading of the rollbacks keeps', () => {
    const steps = fc.array(fc.oneof(fc.uuid(), fc.nat({ max: 4 })))
    fc.assert(
      fc.property(steps, (list) => {
        const items = list.map((step) =>
          typeof step === 'string' ? started(step) : rolledBack(step),
        )
        expect(foldTurns(items).map(({ turnId }) => turnId)).toEqual(survivors(list))
      }),
    )
  })

  test('may be asked at any time without a change to what follows', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.nat(), (items, where) => {
        const cut = where % (items.length + 1)
        const folder = createTurnFolder()
        items.slice(0, cut).forEach((item, at) => folder.push(item, at))
        expect(folder.finish()).toEqual(foldTurns(items.slice(0, cut)))
        items.slice(cut).forEach((item, at) => folder.push(item, cut + at))
        expect(folder.finish()).toEqual(foldTurns(items))
      }),
    )
  })

  test('gives every view the same turns', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (items) => {
        const bare = (turns: StoredTurn[]): unknown[] =>
          turns.map((turn) => ({ ...turn, items: [], itemsView: null }))
        expect(bare(foldTurns(items, 'summary'))).toEqual(bare(foldTurns(items)))
        expect(bare(foldTurns(items, 'notLoaded'))).toEqual(bare(foldTurns(items)))
      }),
    )
  })

  test('never throws, whatever the payloads hold', () => {
    const types = fc.constantFrom('task_started', 'task_complete', 'turn_aborted', 'error')
    const fields = fc.tuple(types, fc.jsonValue()).map(([type, value]) => ({
      type,
      ...Object.fromEntries(markerFields.map((field) => [field, value])),
    }))
    const hostile = fc
      .tuple(fc.constantFrom('event_msg', 'response_item'), fc.oneof(fc.jsonValue(), fields))
      .map(([type, payload]) => ({ type, payload }) as unknown as RolloutItem)
    fc.assert(
      fc.property(fc.array(hostile), (items) => {
        expect(Array.isArray(foldTurns(items))).toBe(true)
      }),
    )
  })

  test('says which turn an item stands in', () => {
    const folder = createTurnFolder('notLoaded')
    expect(folder.current()).toBeNull()
    folder.push(started('a'), 7)
    const open = { turnId: 'a', index: 0, explicit: true, startOrdinal: 7 }
    expect(folder.current()).toEqual({ ...open, status: 'inProgress', open: true })
    folder.push(completed('a'), 8)
    expect(folder.current()).toEqual({ ...open, status: 'completed', open: false })
    folder.push(user('q'), 9)
    expect(folder.current()).toMatchObject({ turnId: 'rollout-9', index: 1, explicit: false })
  })

  test('takes linear time with many rollbacks', () => {
    const folder = createTurnFolder('notLoaded')
    for (let i = 0; i < 100_000; i += 1) {
      folder.push(user('q'), 3 * i)
      folder.push(user('again'), 3 * i + 1)
      folder.push(rolledBack(1), 3 * i + 2)
    }
    expect(folder.finish()).toHaveLength(100_000)
  })
})
