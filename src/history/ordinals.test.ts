import { expect, test } from 'vitest'
import { OrdinalCounter, ordinalOf } from './ordinals.js'

const base = {
  rolloutId: '01a20348-d904-73b3-9967-487639d9bd2d',
  endOrdinalExclusive: 37,
  endByteOffset: 21412,
}

const item = (ordinal?: unknown): { readonly type: string; readonly ordinal?: number } =>
  ordinal === undefined ? { type: 't' } : { type: 't', ordinal: ordinal as number }

test('a counter numbers items one after the other, from the base on', () => {
  for (const [start, expected] of [
    [null, [0, 1, 2]],
    [base, [37, 38, 39]],
  ] as const) {
    const ordinals = new OrdinalCounter(start)
    expect([item(), item(), item()].map((each) => ordinals.count(each))).toEqual(expected)
  }
})

test('a counter goes on from the ordinal that an item has, and from nothing else it says', () => {
  const ordinals = new OrdinalCounter(null)
  const counted = [item(0), item(7), item(), item('9'), item(3)].map((each) => ordinals.count(each))
  expect(counted).toEqual([0, 7, 8, 9, 3])
  expect(ordinals.next).toBe(4)
})

test('an ordinal is a safe whole number that is not negative', () => {
  expect(ordinalOf(item(7))).toBe(7)
  for (const ordinal of [-1, 1.5, 2 ** 53, '7', null]) expect(ordinalOf(item(ordinal))).toBeNull()
  expect(ordinalOf(item())).toBeNull()
})
