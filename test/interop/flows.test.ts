import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { runFlows } from '../../conformance/flows/run-flows.js'
import type { Baseline } from '../../conformance/index.js'
import { installCodex } from '../support/codex.js'
import { fixturePath } from '../support/fixtures.js'
import { codexSubject } from './codex-subject.js'

const file = fixturePath('baselines', 'codex-0.131.0.json')
const { entries: baseline } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly entries: Baseline
}

it('Codex 0.131.0 keeps the requirements of app-servers but for known ones', async () => {
  const subject = codexSubject('codex 0.131.0', await installCodex('0.131.0'))
  const report = await runFlows(subject, { baseline })
  const failures = report.cases.filter(({ outcome }) => outcome === 'failed')
  expect(failures.map(({ id, failure }) => [id, failure?.signature, failure?.message])).toEqual([])
  expect(report.staleBaseline).toEqual([])
  expect(report.counts.excluded).toBe(baseline.length)
  // What needs several clients on one server, or its store, cannot be tried on a process.
  expect(report.counts['not-applicable']).toBe(18)
  expect(report.verdict).toBe('conformant')
}, 600_000)
