import type { CaseResult } from './report/report.js'
import { failureText } from './report/text.js'
import { type RunOptions, type StartedRun, startRun } from './run.js'
import { selectCases } from './select.js'
import type { StoreSubject } from './subject.js'
import { suite } from './suite.js'

/** A case as a test runner wants it: a name, and something to call. */
interface DeclaredCase {
  readonly name: string
  readonly decide: () => Promise<CaseResult>
}

/** How long a runner may wait for a case; its own limits are tighter. */
export const DECLARED_TIMEOUT_MS = 300_000

/** The selected cases for a test runner. The subject is opened when the first of them is called. */
export function declaredCases(subject: StoreSubject, options: RunOptions): DeclaredCase[] {
  const cases = selectCases(options.cases ?? suite, options)
  let starting: Promise<StartedRun> | null = null
  return cases.map((testCase, index) => ({
    name: `${testCase.id}: ${testCase.title}`,
    decide: async () => {
      starting ??= startRun(subject, options)
      const started = await starting
      const laws = cases.slice(index).filter(({ kind }) => kind === 'law').length
      return started.decide(testCase, laws)
    },
  }))
}

/** Why a runner should report a case as skipped: what is not claimed, or is known to fail. */
export function skipReason({ outcome, reason }: CaseResult): string | null {
  return outcome === 'not-applicable' || outcome === 'excluded' ? (reason ?? outcome) : null
}

/** One word when all is well, else the failure in full: runners print what differs from the word. */
export function outcomeText(result: CaseResult): string {
  return result.outcome === 'passed' ? 'passed' : failureText(result)
}
