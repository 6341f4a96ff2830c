import { expect, test } from 'vitest'
import { FindingTallies, type MigrationFinding, findingKind } from './findings.js'
import { linesLostByCodex } from '../copy/lost-by-codex.js'

const threadId = '019a0000-0000-7000-8000-000000000001'

function finding(code: MigrationFinding['code'], count?: number): MigrationFinding {
  return { code, message: 'as it is', threadId, ...(count !== undefined && { count }) }
}

test('findings are tallied by code, worst first, then most frequent first', () => {
  const tallies = new FindingTallies()
  tallies.addThread([finding('BLANK_LINE', 40), finding('MALFORMED_LINE'), finding('BLANK_LINE')])
  tallies.addThread([finding('BASE_NOT_IN_SOURCE'), finding('MALFORMED_LINE', 2)])
  tallies.addThread([finding('KEPT_BOTH')])
  const list = tallies.list()
  const counted = list.map(({ code, count, threads }) => [code, count, threads])
  expect(counted).toContainEqual(['BLANK_LINE', 41, 1])
  expect(counted).toContainEqual(['MALFORMED_LINE', 3, 2])
  const ranks = list.map(({ severity }) => ['error', 'warning', 'info'].indexOf(severity))
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  expect(list[0]?.severity).toBe('error')
})

test('a tally keeps a few samples, however many findings there are', () => {
  const tallies = new FindingTallies()
  for (let thread = 0; thread < 100; thread += 1) tallies.addThread([finding('BLANK_LINE')])
  const [tally] = tallies.list()
  expect(tally).toMatchObject({ count: 100, threads: 100 })
  expect(tally?.samples).toHaveLength(5)
})

test('a code of a later release is a warning', () => {
  expect(findingKind('NOT_INVENTED_YET' as MigrationFinding['code'])).toEqual({
    severity: 'warning',
    meaning: 'unknown to this version',
  })
})

test('what Codex would lose is counted in lines, and only what it drops', () => {
  expect(linesLostByCodex([])).toBe(0)
  const findings = [finding('MALFORMED_LINE', 3), finding('TORN_TAIL'), finding('BLANK_LINE', 9)]
  expect(linesLostByCodex(findings)).toBe(4)
})
