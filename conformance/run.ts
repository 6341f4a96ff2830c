import { createHash } from 'node:crypto'
import { type Clock, isoMillis, systemClock } from '../src/host/clock.js'
import { type IdSource, systemIds } from '../src/host/ids.js'
import type { ThreadStoreCapabilities } from '../src/store/capabilities.js'
import { type Baseline, applyBaseline, staleEntries } from './baseline.js'
import { type ConformanceCase, type Search, Unproved } from './case.js'
import { type ContextOptions, limitsOf, openContext } from './context.js'
import { withDeadline } from './deadline.js'
import { rejectionOf } from './expect.js'
import { describeFailure } from './failure.js'
import type { CaseResult, Report, RunEvent } from './report/report.js'
import { summarize } from './report/summarize.js'
import { type Selection, selectCases } from './select.js'
import type { StoreSubject } from './subject.js'
import { suite } from './suite.js'
import type { Trace } from './trace.js'

/** How a run goes about it; every part has a default. */
export interface RunOptions extends Selection {
  /** What laws generate their inputs from. @defaultValue a new one, reported */
  readonly seed?: number
  /** Runs of each law. @defaultValue the subject’s */
  readonly runs?: number
  /** Laws go on searching until this much time was spent; what is not reached is unproved. */
  readonly budgetMs?: number
  readonly baseline?: Baseline
  /** Goes straight to the counterexample a law once found. */
  readonly path?: string
  /** Ends a law at its first counterexample instead of making it small. @defaultValue false */
  readonly firstOnly?: boolean
  /** @defaultValue the whole suite */
  readonly cases?: readonly ConformanceCase[]
  /** Aborted: the case that runs is the last, and what was not reached is unproved. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly onEvent?: (event: RunEvent) => void
}

/** Runs the suite against a subject. Never throws: whatever goes wrong is in the report. */
export async function run(subject: StoreSubject, options: RunOptions = {}): Promise<Report> {
  const { clock = systemClock, onEvent } = options
  const planned = selectCases(options.cases ?? suite, options)
  const startedMs = clock.now()
  const started = await startRun(subject, options)
  const { seed } = started
  onEvent?.({ type: 'started', subject: subject.name, planned: planned.length, seed })
  const results: CaseResult[] = []
  if (started.supports !== null) {
    for (const [index, testCase] of planned.entries()) {
      const laws = planned.slice(index).filter(({ kind }) => kind === 'law').length
      const result = await started.decide(testCase, laws)
      results.push(result)
      onEvent?.({ type: 'case', result })
    }
  }
  const report = summarize({
    subject,
    options: { ...options, seed },
    supports: started.supports,
    problem: started.problem,
    suiteSize: (options.cases ?? suite).length,
    planned: planned.length,
    results,
    staleBaseline: staleEntries(results, options.baseline ?? [], today(clock)),
    startedAt: isoMillis(startedMs),
    durationMs: clock.now() - startedMs,
  })
  onEvent?.({ type: 'finished', report })
  return report
}

/** A run whose cases somebody else calls one by one: a test runner. */
export interface StartedRun {
  readonly seed: number
  /** `null` when the subject cannot be opened. */
  readonly supports: ThreadStoreCapabilities | null
  /** Why it cannot be opened. */
  readonly problem: string | null
  /** Gives one case its one outcome; `laws` share what is left of the time budget. */
  decide(testCase: ConformanceCase, laws?: number): Promise<CaseResult>
}

/** Asks the subject what it claims, and gets ready to decide cases. Never throws. */
export async function startRun(
  subject: StoreSubject,
  options: RunOptions = {},
): Promise<StartedRun> {
  const { clock = systemClock, ids = systemIds } = options
  const seed = options.seed ?? numberOf(ids.newId())
  const newScope = scopes(ids)
  const startedMs = clock.now()
  const probed = await probe(subject, clock, newScope)
  return {
    seed,
    supports: 'supports' in probed ? probed.supports : null,
    problem: 'problem' in probed ? probed.problem : null,
    decide: async (testCase, laws = 1) => {
      if ('problem' in probed) return undecided(testCase, 'unproved', probed.problem)
      const { supports } = probed
      const common: Run = { subject, options, seed, clock, newScope, supports, startedMs }
      return decide(common, testCase, laws)
    },
  }
}

/** What the cases of one run have in common. */
interface Run {
  readonly subject: StoreSubject
  readonly options: RunOptions
  readonly seed: number
  readonly clock: Clock
  readonly supports: ThreadStoreCapabilities
  readonly startedMs: number
  readonly newScope: () => string
}

/** What the store claims, or why it cannot be asked. */
async function probe(
  subject: StoreSubject,
  clock: Clock,
  newScope: () => string,
): Promise<{ supports: ThreadStoreCapabilities } | { problem: string }> {
  const context = { scope: newScope() }
  try {
    const store = await withDeadline(clock, 60_000, subject.open(context))
    const { supports } = store
    await store.close()
    await subject.destroy?.(context)
    return { supports }
  } catch (reason) {
    return { problem: `the subject cannot be opened: ${rejectionOf(reason)}` }
  }
}

/** Gives one case its one outcome. */
async function decide(
  common: Run,
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

function searchOf({ subject, options, seed }: Run, shareMs: number): Search {
  const { runs, caseTimeoutMs } = limitsOf(subject)
  const budgeted = Number.isFinite(shareMs)
  return {
    seed,
    runs: options.runs ?? (budgeted ? 1_000_000 : runs),
    path: options.path ?? null,
    timeLimitMs: budgeted ? Math.ceil(shareMs) : caseTimeoutMs * 0.8,
    firstOnly: options.firstOnly ?? false,
  }
}

async function execute(
  { subject, options, clock, newScope }: Run,
  testCase: ConformanceCase,
  search: Search,
): Promise<CaseResult> {
  const begun = clock.now()
  const timeoutMs = limitsOf(subject).caseTimeoutMs + search.timeLimitMs
  const ended = await attempt(timeoutMs, { subject, testCase, clock, search, newScope })
  const result: CaseResult = {
    ...factsOf(testCase),
    ...ended,
    durationMs: clock.now() - begun,
  }
  return applyBaseline(result, options.baseline ?? [], today(clock))
}

/** How a case that was run ended. */
type Ended = Pick<CaseResult, 'outcome' | 'reason' | 'failure'>

/** Runs a case to its end, and closes what it opened. */
async function attempt(timeoutMs: number, options: ContextOptions): Promise<Ended> {
  const { testCase, clock, search } = options
  const traces: Trace[] = []
  const work = async (): Promise<void> => {
    const { context, trace, dispose } = await openContext(options)
    traces.push(trace)
    try {
      await testCase.run(context)
    } catch (reason) {
      // What the store does when it is closed after a failure adds nothing to that failure.
      await dispose().catch(() => {})
      throw reason
    }
    await dispose()
  }
  try {
    await withDeadline(clock, timeoutMs, work())
    return { outcome: 'passed', reason: null, failure: null }
  } catch (reason) {
    if (reason instanceof Unproved) {
      return { outcome: 'unproved', reason: reason.message, failure: null }
    }
    const trace = traces[0] ?? null
    const failure = describeFailure({ testCase, reason, trace, seed: search.seed })
    return { outcome: 'failed', reason: null, failure }
  }
}

function undecided(
  testCase: ConformanceCase,
  outcome: 'not-applicable' | 'unproved',
  reason: string,
): CaseResult {
  return { ...factsOf(testCase), outcome, reason, durationMs: 0, failure: null }
}

function factsOf({
  id,
  title,
  kind = 'case',
  set,
  requirements,
}: ConformanceCase): Pick<CaseResult, 'id' | 'title' | 'kind' | 'set' | 'requirements'> {
  return { id, title, kind, set, requirements }
}

/** Names for storage: new ones in every run, because the storage may outlive it. */
function scopes(ids: IdSource): () => string {
  const prefix = createHash('sha256').update(ids.newId()).digest('hex').slice(0, 10)
  let count = 0
  return () => {
    count += 1
    return `ts_${prefix}_${count}`
  }
}

function numberOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() % 2 ** 31
}

function today(clock: Clock): string {
  return isoMillis(clock.now()).slice(0, 10)
}
