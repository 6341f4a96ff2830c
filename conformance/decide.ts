import { type Clock, isoMillis } from '../src/host/clock.js'
import type { ThreadStoreCapabilities } from '../src/store/capabilities.js'
import { applyBaseline } from './baseline.js'
import { type ConformanceCase, type Search, Unproved } from './case.js'
import { type ContextOptions, type OpenContext, limitsOf, openContext } from './context.js'
import { CaseTimeout, withDeadline } from './deadline.js'
import { describeFailure } from './failure.js'
import type { CaseResult } from './report/report.js'
import type { RunOptions } from './run.js'
import type { StoreSubject } from './subject.js'

/** What the cases of one run have in common. */
export interface Circumstances {
  readonly subject: StoreSubject
  readonly options: RunOptions
  readonly seed: number
  readonly clock: Clock
  readonly supports: ThreadStoreCapabilities
  readonly startedMs: number
  readonly newScope: () => string
}

/** Gives one case its one outcome. */
export async function decide(
  common: Circumstances,
  testCase: ConformanceCase,
  lawsLeft: number,
): Promise<CaseResult> {
  const { subject, supports, options, clock, startedMs } = common
  const { requires, doors = [] } = testCase
  if (requires !== undefined && !requires.holds(supports)) {
    return undecided(testCase, 'not-applicable', `needs a store that ${requires.text}`)
  }
  const missing = doors.filter((door) => subject[door] === undefined)
  if (missing.length > 0) {
    return undecided(testCase, 'unproved', `the subject offers no ${missing.join(' and no ')}`)
  }
  if (options.signal?.aborted) return undecided(testCase, 'unproved', 'the run was interrupted')
  const left = (options.budgetMs ?? Infinity) - (clock.now() - startedMs)
  if (left <= 0) return undecided(testCase, 'unproved', 'the time budget was spent')
  return execute(common, testCase, searchOf(common, left / Math.max(1, lawsLeft)))
}

/** Enough for a look at every call; a real sweep asks for more. */
const TRIALS = 20

function searchOf({ subject, options, seed }: Circumstances, shareMs: number): Search {
  const { runs, caseTimeoutMs } = limitsOf(subject)
  const budgeted = Number.isFinite(shareMs)
  return {
    seed,
    runs: options.runs ?? (budgeted ? 1_000_000 : runs),
    trials: options.trials ?? TRIALS,
    path: options.path ?? null,
    timeLimitMs: budgeted ? Math.ceil(shareMs) : searchTimeOf(caseTimeoutMs),
    firstOnly: options.firstOnly ?? false,
    signal: options.signal ?? null,
  }
}

/** How long the searching of a case may take that has no budget. */
export function searchTimeOf(caseTimeoutMs: number): number {
  return caseTimeoutMs * 0.8
}

async function execute(
  { subject, options, clock, newScope }: Circumstances,
  testCase: ConformanceCase,
  search: Search,
): Promise<CaseResult> {
  const begun = clock.now()
  const { caseTimeoutMs } = limitsOf(subject)
  const trialsMs = testCase.hasTrials ? caseTimeoutMs * search.trials : 0
  const searchMs = testCase.kind === 'law' ? Math.max(search.timeLimitMs, trialsMs) : 0
  const timeoutMs = caseTimeoutMs + searchMs
  const ended = await attempt(timeoutMs, { subject, testCase, clock, search, newScope })
  const result: CaseResult = {
    ...factsOf(testCase),
    ...ended,
    durationMs: clock.now() - begun,
  }
  return applyBaseline(result, options.baseline ?? [], today(clock))
}

/** How a case that was run ended. */
type Ended = Pick<CaseResult, 'outcome' | 'reason' | 'failure' | 'figures'>

/** Runs a case to its end, and closes what it opened. */
async function attempt(timeoutMs: number, options: ContextOptions): Promise<Ended> {
  const { testCase, clock, search } = options
  const figures = new Map<string, number>()
  const opened: OpenContext[] = []
  const work = async (): Promise<void> => {
    const own = await openContext(options, figures)
    opened.push(own)
    try {
      await testCase.run(own.context, own.context.store)
    } catch (reason) {
      // What the store does when it is closed after a failure adds nothing to that failure.
      await own.dispose().catch(() => {})
      throw reason
    }
    await own.dispose()
  }
  try {
    await withDeadline(clock, timeoutMs, work())
    return { outcome: 'passed', reason: null, failure: null, figures: listed(figures) }
  } catch (reason) {
    const [own] = opened
    // Nobody waits for what hangs, but its storage and its processes go when they can.
    if (reason instanceof CaseTimeout) own?.dispose().catch(() => {})
    if (reason instanceof Unproved) {
      const { message } = reason
      return { outcome: 'unproved', reason: message, failure: null, figures: listed(figures) }
    }
    const trace = own?.trace ?? null
    const failure = describeFailure({ testCase, reason, trace, seed: search.seed })
    return { outcome: 'failed', reason: null, failure, figures: listed(figures) }
  }
}

function listed(figures: ReadonlyMap<string, number>): CaseResult['figures'] {
  return figures.size === 0 ? null : Object.fromEntries(figures)
}

/** The result of a case whose calls were not made. */
export function undecided(
  testCase: ConformanceCase,
  outcome: 'not-applicable' | 'unproved',
  reason: string,
): CaseResult {
  return { ...factsOf(testCase), outcome, reason, durationMs: 0, failure: null, figures: null }
}

function factsOf({
  id,
  title,
  kind = 'case',
  set = 'core',
  requirements,
}: ConformanceCase): Pick<CaseResult, 'id' | 'title' | 'kind' | 'set' | 'requirements'> {
  return { id, title, kind, set, requirements }
}

/** The day it is, as baselines spell it. */
export function today(clock: Clock): string {
  return isoMillis(clock.now()).slice(0, 10)
}
