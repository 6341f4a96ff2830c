import { beforeAll, describe, expect, test } from 'vitest'
import type { CaseResult } from './report/report.js'
import { failureText } from './report/text.js'
import { type RunOptions, type StartedRun, startRun } from './run.js'
import { selectCases } from './select.js'
import type { StoreSubject } from './subject.js'
import { suite } from './suite.js'

/**
 * Declares the suite as vitest tests, one per case. What the store does not claim is reported as
 * skipped, with the reason; what could not be tried fails.
 */
export function describeConformance(subject: StoreSubject, options: RunOptions = {}): void {
  describe(`${subject.name} keeps the contract`, () => {
    let started: StartedRun | null = null
    beforeAll(async () => {
      started = await startRun(subject, options)
    })
    const cases = selectCases(options.cases ?? suite, options)
    for (const testCase of cases) {
      test(`${testCase.id}: ${testCase.title}`, { timeout: 300_000 }, async (context) => {
        const laws = cases.filter(({ kind }) => kind === 'law').length
        const result = await started?.decide(testCase, laws)
        if (result?.outcome === 'not-applicable' || result?.outcome === 'excluded') {
          context.skip(result.reason ?? result.outcome)
        }
        expect(result && outcomeText(result)).toBe('passed')
      })
    }
  })
}

/** One word when all is well, else the failure in full: vitest prints what differs from the word. */
function outcomeText(result: CaseResult): string {
  return result.outcome === 'passed' ? 'passed' : failureText(result)
}
