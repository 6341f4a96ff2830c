import { expect, test } from 'vitest'
import { endsWith, fateOf } from './live-thread.js'

const at = (itemCount: number, rolloutId = 'r'): { rolloutId: string; itemCount: number } => ({
  rolloutId,
  itemCount,
})

test.each([
  ['nothing came', at(3), at(3), 2, 'not-stored'],
  ['just as many came', at(3), at(5), 2, 'to-be-compared'],
  ['others came', at(3), at(4), 2, 'unknown'],
  ['some went', at(3), at(2), 2, 'unknown'],
  ['the rollout is another', at(3), at(5, 's'), 2, 'unknown'],
  ['others came and nothing was lost', at(3), at(4), 0, 'foreign'],
  ['the rollout is another and nothing was lost', at(3), at(3, 's'), 0, 'foreign'],
  ['the store cannot tell', null, null, 2, 'unknown'],
])('when %s the fate of an append is known as far as it can be', (_, before, now, lost, fate) => {
  expect(fateOf(before, now, lost)).toBe(fate)
})

test('a history ends with items although the store has stamped them', () => {
  const item = { type: 'x', payload: { a: 1 } }
  const stamped = { ...item, timestamp: '2026-11-22T00:00:00.000Z', ordinal: 7 }
  const other = { ...stamped, payload: { a: 2 } }
  expect(endsWith([other, stamped], [item])).toBe(true)
  expect(endsWith([stamped, other], [item])).toBe(false)
  expect(endsWith([stamped], [{ ...item, timestamp: '2026-11-23T00:00:00.000Z' }])).toBe(false)
  expect(endsWith([stamped], [item, item])).toBe(false)
})
