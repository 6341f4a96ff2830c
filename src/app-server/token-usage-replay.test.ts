import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { tokenUsageOwner } from './token-usage-replay.js'

const event = (payload: JsonObject): RolloutItem => ({ type: 'event_msg', payload })
const started = (turn_id: string): RolloutItem => event({ type: 'task_started', turn_id })
const ended = (turn_id: string): RolloutItem => event({ type: 'task_complete', turn_id })
const counted = event({ type: 'token_count', info: {} })
const said = event({ type: 'user_message', message: 'hello' })

describe('tokenUsageOwner', () => {
  test('is the turn in which tokens were counted last', () => {
    const items = [started('a'), counted, ended('a'), started('b'), counted, ended('b')]
    expect(tokenUsageOwner(items)).toBe('b')
  })

  test('is the finished turn when tokens were counted after it', () => {
    expect(tokenUsageOwner([started('a'), ended('a'), counted])).toBe('a')
  })

  test('is not a later turn that was cut off before it counted any', () => {
    expect(tokenUsageOwner([started('a'), counted, ended('a'), started('b'), said])).toBe('a')
  })

  test('stays with a turn that was interrupted', () => {
    const aborted = event({ type: 'turn_aborted', turn_id: 'a' })
    expect(tokenUsageOwner([started('a'), counted, aborted])).toBe('a')
  })

  test('is the turn in the same place when the id is gone', () => {
    const rolledBack = event({ type: 'thread_rolled_back', num_turns: 1 })
    const items = [started('a'), counted, ended('a'), rolledBack, started('b'), ended('b')]
    expect(tokenUsageOwner(items)).toBe('b')
  })

  test('is the last turn that ran to an end when the place is gone too', () => {
    const rolledBack = event({ type: 'thread_rolled_back', num_turns: 1 })
    const items = [started('a'), ended('a'), started('b'), counted, ended('b'), rolledBack]
    expect(tokenUsageOwner(items)).toBe('a')
  })

  test('is nobody in a history without turns', () => {
    expect(tokenUsageOwner([])).toBe('')
  })
})
