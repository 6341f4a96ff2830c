import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type Clock, isoMillis, systemClock } from '../src/host/clock.js'
import { type IdSource, systemIds } from '../src/host/ids.js'
import { type ThreadStoreCapabilities, capabilitiesProblem } from '../src/store/capabilities.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { type Baseline, staleEntries } from './baseline.js'
import type { ConformanceCase } from './case.js'
import { withDeadline } from './deadline.js'
import { type Circumstances, decide, today, undecided } from './decide.js'
import { thrownText } from './expect.js'
import { looksLike } from './mutants/looks-like.js'
import type { CaseResult, Report, RunEvent } from './report/report.js'
import { summarize } from './report/summarize.js'
import { type Selection, selectCases } from './select.js'
import type { StoreSubject } from './subject.js'
import { suite } from './suite.js'

/** How a run goes about it; every part has a default. */
export interface RunOptions extends Selection {
  /** What laws generate their inputs from. @defaultValue a new one, reported */
  readonly seed?: number
  /** Runs of each law. @defaultValue the subject’s */
  readonly runs?: number
  /** Processes the crash sweep kills. @defaultValue 20 */
  readonly trials?: number
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
  /** Looks for mutants that fail alike, for the first failures. @defaultValue true */
  readonly likenesses?: boolean
  readonly onEvent?: (event: RunEvent) => void
  /** Told before anything is called: `soFar` is the report as it stands when the run is cut off. */
  readonly onBegin?: (soFar: (problem: string) => Report) => void
}

/** Failures for which mutants that fail alike are looked up; more would take its time. */
const LIKENESSES_MAX = 20

/** Runs the suite against a subject. Never throws: whatever goes wrong is in the report. */
export async function run(subject: StoreSubject, options: RunOptions = {}): Promise<Report> {
  const { clock = systemClock, ids = systemIds, onEvent, signal } = options
  const planned = selectCases(options.cases ?? suite, options)
  const seed = options.seed ?? numberOf(ids.newId())
  const startedMs = clock.now()
  const results: CaseResult[] = []
  let supports: ThreadStoreCapabilities | null = null
  const summary = (problem: string | null, aborted: boolean): Report =>
    summarize({
      subject,
      options: { ...options, seed },
      supports,
      problem,
      aborted,
      suiteSize: (options.cases ?? suite).length,
      planned: planned.length,
      results,
      staleBaseline: staleEntries(
        [...suite, ...planned],
        results,
        options.baseline ?? [],
        today(clock),
      ),
      startedAt: isoMillis(startedMs),
      durationMs: clock.now() - startedMs,
    })
  options.onBegin?.((problem) => {
    const next = planned[results.length]
    return summary(next === undefined ? problem : `${problem} during ${next.id}`, true)
  })
  const started = await startRun(subject, { ...options, seed })
  supports = started.supports
  onEvent?.({ type: 'started', subject: subject.name, planned: planned.length, seed })
  if (supports !== null) {
    for (const [index, testCase] of planned.entries()) {
      const laws = planned.slice(index).filter(({ kind }) => kind === 'law').length
      const result = await started.decide(testCase, laws)
      // What a case leaves behind and breaks later shall break during that case.
      await setImmediate()
      results.push(result)
      onEvent?.({ type: 'case', index, result })
    }
  }
  const aborted = signal?.aborted ?? false
  const report = summary(started.problem ?? (aborted ? 'the run was interrupted' : null), aborted)
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
  const { clock = systemClock, ids = systemIds, likenesses = true } = options
  const seed = options.seed ?? numberOf(ids.newId())
  const newScope = scopes(ids)
  const startedMs = clock.now()
  const probed = await probe(subject, clock, newScope)
  let failures = 0
  return {
    seed,
    supports: 'supports' in probed ? probed.supports : null,
    problem: 'problem' in probed ? probed.problem : null,
    decide: async (testCase, laws = 1) => {
      if ('problem' in probed) return undecided(testCase, 'unproved', probed.problem)
      const { supports } = probed
      const common: Circumstances = { subject, options, seed, clock, newScope, supports, startedMs }
      const result = await decide(common, testCase, laws)
      if (result.failure !== null) failures += 1
      const explained = likenesses && failures <= LIKENESSES_MAX
      return explained ? withLikenesses(testCase, result, seed) : result
    },
  }
}

async function withLikenesses(
  testCase: ConformanceCase,
  result: CaseResult,
  seed: number,
): Promise<CaseResult> {
  const { failure } = result
  if (failure === null) return result
  return { ...result, failure: { ...failure, looksLike: await looksLike(testCase, failure, seed) } }
}

/** How long a store that works may take to be opened, and to be closed. */
const PROBE_STEP_MS = 60_000

/** What the store claims, or why it cannot be asked. */
async function probe(
  subject: StoreSubject,
  clock: Clock,
  newScope: () => string,
): Promise<{ supports: ThreadStoreCapabilities } | { problem: string }> {
  const context = { scope: newScope() }
  let step = 'open'
  // Not everybody writes types: `open` may return a store instead of a promise, or throw.
  const take = <T>(name: string, call: () => T | Promise<T>): Promise<T> => {
    step = name
    return withDeadline(clock, PROBE_STEP_MS, Promise.resolve().then(call))
  }
  try {
    const store = await take('open', () => subject.open(context))
    const lacks = missingParts(store)
    if (lacks !== null) return { problem: `open() gave no ThreadStore: ${lacks}` }
    const { supports } = store
    await take('close', () => store.close())
    await take('destroy', () => subject.destroy?.(context))
    return { supports }
  } catch (reason) {
    return { problem: `${step}() failed: ${thrownText(reason)}` }
  }
}

/** What is missing without which nothing can be tried; `null` when it is all there. */
function missingParts(store: ThreadStore): string | null {
  const given: Partial<ThreadStore> | undefined | null = store
  const lacks = [
    ...(given?.supports ? [] : ['supports']),
    ...(typeof given?.close === 'function' ? [] : ['close']),
  ]
  if (lacks.length > 0) return `it lacks ${lacks.join(', ')}`
  return capabilitiesProblem(store.supports)
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
