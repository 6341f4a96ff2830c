import { expect, test } from 'vitest'
import { byteRate, durationMs, jobsOf } from './option-values.js'

test.each([
  ['10MB/s', 10_000_000],
  ['512KiB', 524_288],
  ['1.5 GB/s', 1_500_000_000],
  ['800b', 800],
])('%s is a rate', (text, rate) => {
  expect(byteRate('--bandwidth', text)).toBe(rate)
})

test.each(['', '10', 'fast', '0MB/s', '-1MB', '10MB/h'])('"%s" is no rate', (text) => {
  expect(() => byteRate('--bandwidth', text)).toThrow('is no rate such as 10MB/s')
})

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['0.5s', 500],
  ['250ms', 250],
  ['1m30ms', 60_030],
  ['0s', 0],
])('%s is a time', (text, ms) => {
  expect(durationMs('--max-duration', text)).toBe(ms)
})

test.each(['', '10', 's', '1h 30m', '10x', '90d'])('"%s" is no time', (text) => {
  expect(() => durationMs('--max-duration', text)).toThrow('is no time such as 30s')
})

test.each([0, 1.5, 1001, 1e9, Number.NaN])('%d is no number of jobs', (jobs) => {
  expect(() => jobsOf('--jobs', jobs)).toThrow('--jobs must be')
})
