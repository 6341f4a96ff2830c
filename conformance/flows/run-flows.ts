import assert from 'node:assert/strict'
import { type Clock, isoMillis, systemClock } from '../../src/host/clock.js'
import { applyBaseline, type Baseline, staleEntries } from '../baseline.js'
import { withDeadline } from '../deadline.js'
import { today } from '../decide.js'
import { describeReason } from '../failure.js'
import type { CaseResult, Report, RunEvent } from '../report/report.js'
import { meantBy } from '../select.js'
import { openBench } from './bench.js'
import { flowCases } from './cases/index.js'
import type { FlowCase } from './flow-case.js'
import { FLOW_SEED, summarizeFlows } from './summarize-flows.js'
import type { FlowSubject } from './subject.js'

/** How a run of the flow suite goes about it; every part has a default. */
export interface FlowOptions {
  /** Ids of cases or requirements, separated by commas; `*` stands for anything. */
  readonly filter?: string
  readonly baseline?: Baseline
  readonly clock?: Clock
  readonly caseTimeoutMs?: number
  /** @defaultValue the whole suite */
  readonly cases?: readonly FlowCase[]
  /** Aborted: the case that runs is the last. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

const CASE_TIMEOUT_MS = 45_000

/** Runs the flow suite. Never throws for what the subject does: that is in the report. */
export async function runFlows(subject: FlowSubject, options: FlowOptions = {}): Promise<Report> {
  const { clock = systemClock, baseline = [], onEvent, signal } = options
  const cases = options.cases ?? flowCases
  const planned = cases.filter(meantBy(options.filter))
  const startedMs = clock.now()
  const results: CaseResult[] = []
  onEvent?.({ type: 'started', subject: subject.name, planned: planned.length, seed: FLOW_SEED })
  const problem = planned.length === 0 ? null : await reachProblem(subject, planned, clock)
  for (const [index, flowCase] of problem === null ? planned.entries() : []) {
    if (signal?.aborted) break
    const found = await decide(subject, flowCase, options, clock)
    const result = applyBaseline(found, baseline, today(clock))
    results.push(result)
    onEvent?.({ type: 'case', index, result })
  }
  const report = summarizeFlows({
    subject: subject.name,
    filter: options.filter ?? null,
    baseline: options.baseline !== undefined,
    problem,
    suiteSize: cases.length,
    planned: planned.length,
    results,
    staleBaseline: staleEntries([...flowCases, ...cases], results, baseline, today(clock)),
    startedAt: isoMillis(startedMs),
    durationMs: clock.now() - startedMs,
  })
  onEvent?.({ type: 'finished', report })
  return report
}

/** Why no server can be talked to at all; `null` when one can. */
async function reachProblem(
  subject: FlowSubject,
  [flowCase]: readonly FlowCase[],
  clock: Clock,
): Promise<string | null> {
  if (flowCase === undefined) return null
  try {
    await using bench = await openBench(subject, flowCase, clock)
    await withDeadline(clock, CASE_TIMEOUT_MS, bench.context())
    return null
  } catch (reason) {
    return `${subject.name} cannot be talked to: ${textOf(reason)}`
  }
}

async function decide(
  subject: FlowSubject,
  flowCase: FlowCase,
  { caseTimeoutMs = CASE_TIMEOUT_MS }: FlowOptions,
  clock: Clock,
): Promise<CaseResult> {
  const { id, title, requirements } = flowCase
  const startedMs = clock.now()
  const result = (ended: Pick<CaseResult, 'outcome' | 'reason' | 'failure'>): CaseResult => {
    const durationMs = clock.now() - startedMs
    return {
      id,
      title,
      kind: 'case',
      set: 'core',
      requirements,
      durationMs,
      figures: null,
      ...ended,
    }
  }
  await using bench = await openBench(subject, flowCase, clock)
  const missing = (flowCase.doors ?? []).filter((door) => !bench.has(door))
  if (missing.length > 0) {
    const reason = `the subject offers no ${missing.join(' and no ')}`
    return result({ outcome: 'not-applicable', reason, failure: null })
  }
  const failed = (reason: unknown, broken: readonly string[]): CaseResult => {
    const program = bench.conversation()
    const testCase = { id, requirements: broken }
    const failure = describeReason({ testCase, reason, seed: FLOW_SEED, program })
    return result({ outcome: 'failed', reason: null, failure })
  }
  try {
    await withDeadline(clock, caseTimeoutMs, flowCase.run(await bench.context()))
  } catch (reason) {
    return failed(reason, requirements)
  }
  // Every case shows FLOW-4 beside its own requirements.
  const [problem] = bench.shapeProblems()
  if (problem === undefined) return result({ outcome: 'passed', reason: null, failure: null })
  const reason = new assert.AssertionError({ actual: problem, expected: null, message: problem })
  return failed(reason, ['FLOW-4'])
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
