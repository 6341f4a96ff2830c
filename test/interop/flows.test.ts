import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { flowCases } from '../../conformance/flows/cases/index.js'
import { runFlows } from '../../conformance/flows/run-flows.js'
import type { Baseline } from '../../conformance/index.js'
import { installCodex } from '../support/codex.js'
import { fixturePath } from '../support/fixtures.js'
import { codexSubject } from './codex-subject.js'

const file = fixturePath('baselines', 'codex-0.131.0.json')
const { entries: baseline } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly entries: Baseline
}

/** Cases wait more than they work, so that several of them can run beside each other. */
const LANES = 4

it('Codex 0.131.0 keeps the requirements of app-servers but for known ones', async () => {
  const subject = codexSubject('codex 0.131.0', await installCodex('0.131.0'))
  const reports = await Promise.all(
    Array.from({ length: LANES }, (_, lane) => {
      const cases = flowCases.filter((_case, index) => index % LANES === lane)
      return runFlows(subject, { baseline, cases })
    }),
  )
  const results = reports.flatMap(({ cases }) => cases)
  const failures = results.filter(({ outcome }) => outcome === 'failed')
  expect(failures.map(({ id, failure }) => [id, failure?.signature, failure?.message])).toEqual([])
  expect(reports.flatMap(({ staleBaseline }) => staleBaseline)).toEqual([])
  const excluded = results.filter(({ outcome }) => outcome === 'excluded')
  expect(excluded.map(({ id }) => id).toSorted()).toEqual(
    baseline.map((entry) => entry.case).toSorted(),
  )
  // What needs several clients on one server, or its store, cannot be tried on a process.
  expect(results.filter(({ outcome }) => outcome === 'not-applicable')).toHaveLength(18)
}, 600_000)
