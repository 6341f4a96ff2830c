import { describe, expect, test } from 'vitest'
import { type PlannedThread, orderPlan, withBases } from './plan.js'

function planned(threadId: string, bytes: number, baseIds: string[] = []): PlannedThread {
  return {
    threadId,
    state: 'new',
    byteCount: bytes,
    bytesToRead: bytes,
    bytesToSend: bytes,
    rollouts: [],
    rolloutIds: [`${threadId}-rollout`],
    baseIds: baseIds.map((id) => `${id}-rollout`),
  }
}

function ids(threads: readonly PlannedThread[]): string[] {
  return threads.map((thread) => thread.threadId)
}

describe('orderPlan', () => {
  test('puts the largest first', () => {
    const plan = orderPlan([planned('small', 1), planned('large', 9), planned('middle', 5)])
    expect(ids(plan.threads)).toEqual(['large', 'middle', 'small'])
    expect(plan.bytesToSend).toBe(15)
  })

  test('puts what a history begins from before it, however small', () => {
    const plan = orderPlan([
      planned('grandchild', 9, ['child']),
      planned('other', 4),
      planned('child', 5, ['parent']),
      planned('parent', 1),
    ])
    expect(ids(plan.threads)).toEqual(['other', 'parent', 'child', 'grandchild'])
  })

  test('waits for each of several bases', () => {
    const plan = orderPlan([
      planned('both', 9, ['early', 'late']),
      planned('late', 1, ['early']),
      planned('early', 1),
    ])
    expect(ids(plan.threads)).toEqual(['early', 'late', 'both'])
  })

  test('keeps threads whose bases are missing or lead back to them', () => {
    const plan = orderPlan([planned('a', 1, ['b']), planned('b', 1, ['a']), planned('c', 2, ['x'])])
    expect(ids(plan.threads)).toEqual(['c', 'a', 'b'])
  })
})

describe('withBases', () => {
  test('adds everything the chosen threads begin in', () => {
    const threads = [
      planned('unrelated', 1),
      planned('parent', 1),
      planned('child', 1, ['parent']),
      planned('grandchild', 1, ['child']),
    ]
    expect(ids(withBases(threads, new Set(['grandchild'])))).toEqual([
      'parent',
      'child',
      'grandchild',
    ])
  })
})
