import { expect, test } from 'vitest'
import { createOrdinalCounter, ordinalOf } from './ordinals.js'

const rolloutId = '01a20348-d904-73b3-9967-487639d9bd2d'

test('a counter numbers items by their place, from the base on', () => {
  const ordinalFrom = createOrdinalCounter(null)
  expect([null, undefined, null].map((own) => ordinalFrom(own))).toEqual([0, 1, 2])
  const base = { rolloutId, endOrdinalExclusive: 37, endByteOffset: 21412 }
  const ordinalFromBase = createOrdinalCounter(base)
  expect([null, null].map((own) => ordinalFromBase(own))).toEqual([37, 38])
})

test('a counter takes the ordinal that an item has, and goes on counting places', () => {
  const ordinalFrom = createOrdinalCounter(null)
  expect([0, 7, null].map((own) => ordinalFrom(own))).toEqual([0, 7, 2])
})

test('an ordinal is a safe whole number that is not negative', () => {
  expect(ordinalOf({ type: 't', ordinal: 7 })).toBe(7)
  for (const ordinal of [-1, 1.5, 2 ** 53, '7', null]) {
    expect(ordinalOf({ type: 't', ordinal: ordinal as number })).toBeNull()
  }
  expect(ordinalOf({ type: 't' })).toBeNull()
})
