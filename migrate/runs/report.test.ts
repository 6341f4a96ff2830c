import { expect, test } from 'vitest'
import { ThreadStoreError } from '../../src/store/errors.js'
import { beginReport, stopReason } from './report.js'

const header = {
  schema: 'threadstore/migration-report/1',
  version: '1.2.3',
  startedAt: '2026-11-22T00:00:00.000Z',
}

test.each([0, 1, 2])('a report of %i entries is one JSON document', (count) => {
  let text = ''
  const report = beginReport<object>(header, 'threads', (part) => {
    text += part
  })
  const threads = Array.from({ length: count }, (_, index) => ({ index, odd: ']},"' }))
  for (const thread of threads) report.add(thread)
  report.end({ ok: true, totals: { proven: count } })
  expect(JSON.parse(text)).toEqual({ ...header, threads, ok: true, totals: { proven: count } })
})

test('why a run ended early is a code and what to do', () => {
  const outage = new ThreadStoreError('RETRYABLE', 'gone', { reason: 'connection-lost' })
  expect(stopReason(null)).toBeNull()
  expect(stopReason('interrupted')).toMatchObject({ code: 'INTERRUPTED' })
  expect(stopReason('time-limit')).toMatchObject({ code: 'TIME_LIMIT' })
  expect(stopReason(outage)).toEqual({ code: 'RETRYABLE', message: 'gone' })
})
