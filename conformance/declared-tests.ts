import { systemClock } from '../src/host/clock.js'
import { staleEntries } from './baseline.js'
import { today } from './decide.js'
import type { CaseResult } from './report/report.js'
import { failureText } from './report/text.js'
import { type RunOptions, type StartedRun, startRun } from './run.js'
import { selectCases } from './select.js'
import type { StoreSubject } from './subject.js'
import { suite } from './suite.js'

/** A test as a runner wants it: a name, and something to call. */
interface DeclaredTest {
  readonly name: string
  readonly decide: () => Promise<Decided>
}

/** What to tell a runner; nothing when all is well. */
interface Decided {
  /** Why it should be reported as skipped: what is not claimed, or is known to fail. */
  readonly skipped: string | null
  /** The failure in full. */
  readonly failure: string | null
}

/** How long a runner may wait for a case; its own limits are tighter. */
export const DECLARED_TIMEOUT_MS = 300_000

/**
 * The selected cases for a test runner, and the baseline as one more test, which comes last. The
 * subject is opened when the first of them is called.
 */
export function declaredTests(subject: StoreSubject, options: RunOptions): DeclaredTest[] {
  const { baseline = [], clock = systemClock, set = 'core', filter = '*' } = options
  const cases = selectCases(options.cases ?? suite, options)
  // Not every runner takes exception to a file without tests.
  if (cases.length === 0) throw new RangeError(`no case of set ${set} matches ${filter}`)
  const results: CaseResult[] = []
  let starting: Promise<StartedRun> | null = null
  const tests = cases.map((testCase, index) => ({
    name: `${testCase.id}: ${testCase.title}`,
    decide: async () => {
      starting ??= startRun(subject, options)
      const started = await starting
      const laws = cases.slice(index).filter(({ kind }) => kind === 'law').length
      const result = await started.decide(testCase, laws)
      results.push(result)
      return told(result)
    },
  }))
  if (baseline.length === 0) return tests
  const decide = async (): Promise<Decided> => {
    const stale = staleEntries([...suite, ...cases], results, baseline, today(clock))
    return { skipped: null, failure: stale.join('\n') || null }
  }
  return [...tests, { name: 'run.baseline: the baseline describes what happens', decide }]
}

function told(result: CaseResult): Decided {
  const { outcome, reason } = result
  if (outcome === 'passed') return { skipped: null, failure: null }
  if (outcome === 'failed' || outcome === 'unproved') {
    return { skipped: null, failure: failureText(result) }
  }
  return { skipped: reason ?? outcome, failure: null }
}
