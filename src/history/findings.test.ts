import { expect, test } from 'vitest'
import { createFindingLog, FINDINGS_PER_CODE } from './findings.js'

const rolloutId = '01a20320-6d70-7852-b50d-7785b67ce898'

test('a log lists findings in order and counts those beyond the limit in the last', () => {
  const log = createFindingLog(rolloutId)
  for (let line = 1; line <= FINDINGS_PER_CODE + 5; line += 1) {
    log.add({ code: 'MALFORMED_LINE', line, message: 'no JSON' })
  }
  log.add({ code: 'BOM', line: 1, message: 'a mark' })
  const findings = log.list()
  expect(findings).toHaveLength(FINDINGS_PER_CODE + 1)
  expect(findings[0]).toEqual({ code: 'MALFORMED_LINE', rolloutId, line: 1, message: 'no JSON' })
  expect(findings[FINDINGS_PER_CODE - 1]).toMatchObject({ line: FINDINGS_PER_CODE, count: 6 })
  expect(findings.at(-1)).toMatchObject({ code: 'BOM' })
})

test('a log mentions line endings once, and unknown types once each', () => {
  const log = createFindingLog(rolloutId)
  for (const line of [1, 2, 3]) log.add({ code: 'CRLF', line, message: 'CR' })
  for (const type of ['a', 'b', 'a']) {
    log.add({ code: 'UNKNOWN_ITEM_TYPE', message: type }, type)
  }
  expect(log.list()).toEqual([
    { code: 'CRLF', rolloutId, line: 1, message: 'CR', count: 3 },
    { code: 'UNKNOWN_ITEM_TYPE', rolloutId, message: 'a', count: 2 },
    { code: 'UNKNOWN_ITEM_TYPE', rolloutId, message: 'b' },
  ])
})

test('a log stays small when the data names endlessly many types', () => {
  const log = createFindingLog(rolloutId)
  for (let i = 0; i < 10_000; i += 1) {
    log.add({ code: 'UNKNOWN_ITEM_TYPE', message: 'a type' }, `type ${i}`)
  }
  expect(log.list().length).toBeLessThan(200)
  const before = log.list().length
  log.add({ code: 'UNKNOWN_ITEM_TYPE', message: 'a type' }, 'type 0')
  expect(log.list()).toHaveLength(before)
  expect(log.list()[0]).toMatchObject({ count: 2 })
})
