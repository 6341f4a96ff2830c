import { describe, expect, test } from 'vitest'
import { counted, formatBytes, formatDuration, formatRate } from './format.js'

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [304_087_040, '290 MiB'],
    [2 ** 50, '1024 TiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0.0 s'],
    [449, '0.4 s'],
    [75_400, '75 s'],
    [720_000, '12 min'],
    [12_000_000, '3 h 20 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

test('a rate over no time is nothing rather than infinite', () => {
  expect(formatRate(5, 0)).toBe('0 B/s')
  expect(formatRate(2048, 2000)).toBe('1.0 KiB/s')
})

test('counts agree with their nouns', () => {
  expect([counted(1, 'thread'), counted(0, 'thread'), counted(1234, 'thread')]).toEqual([
    '1 thread',
    '0 threads',
    '1,234 threads',
  ])
})
