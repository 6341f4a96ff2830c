import { expect, test } from 'vitest'
import { isoTime, parseTime } from './iso-time.js'

test('isoTime spells instants, and nothing else', () => {
  expect(isoTime(1795351434000)).toBe('2026-11-22T12:43:54.000Z')
  expect(isoTime(-0)).toBe('1970-01-01T00:00:00.000Z')
  expect([NaN, Infinity, 8.64e15 + 1].map(isoTime)).toEqual([null, null, null])
})

test.each([
  ['2026-11-22T12:43:54.971Z', '2026-11-22T12:43:54.971Z'],
  ['2026-11-22t12:43:54z', '2026-11-22T12:43:54.000Z'],
  ['2026-11-22T12:43:54.123456789Z', '2026-11-22T12:43:54.123Z'],
  ['2026-11-22T13:43:54+01:00', '2026-11-22T12:43:54.000Z'],
  ['2026-11-22T12-43-54', '2026-11-22T12:43:54.000Z'],
  ['2026-11-22T12:43:54', null],
  ['2026-13-22T12:43:54Z', null],
  ['2026', null],
  ['', null],
  [1795351434, null],
  [null, null],
])('parseTime reads %j as %j', (text, time) => {
  expect(parseTime(text)).toBe(time)
})
