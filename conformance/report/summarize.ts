import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import { packageVersion } from '../package-version.js'
import { type Requirement, requirements } from '../requirements.js'
import type { RunOptions } from '../run.js'
import type { StoreSubject } from '../subject.js'
import {
  type CaseResult,
  type Outcome,
  type Report,
  type RequirementResult,
  type Verdict,
} from './report.js'

/** Everything a report is computed from. */
interface Findings {
  readonly subject: StoreSubject
  readonly options: RunOptions & { readonly seed: number }
  readonly supports: ThreadStoreCapabilities | null
  readonly problem: string | null
  /** The run did not get to its end. */
  readonly aborted: boolean
  readonly suiteSize: number
  readonly planned: number
  readonly results: readonly CaseResult[]
  readonly staleBaseline: readonly string[]
  readonly startedAt: string
  readonly durationMs: number
}

/** The report of a run. Every planned case has exactly one outcome, or the run proves nothing. */
export function summarize(findings: Findings): Report {
  const { subject, options, supports, planned, results, staleBaseline, aborted } = findings
  const executed = results.filter(wasExecuted).length
  const decided = new Set(results.map(({ id }) => id)).size
  const lost = supports === null || aborted ? 0 : planned - decided
  const problem =
    lost === 0
      ? findings.problem
      : `${lost} of ${planned} planned cases have no outcome of their own`
  return {
    schema: 'threadstore/conformance-report/1',
    version: packageVersion(),
    suite: { cases: findings.suiteSize, requirements: requirements.length },
    subject: { name: subject.name, version: subject.version ?? null },
    supports,
    options: {
      set: options.set ?? 'core',
      filter: options.filter ?? null,
      seed: options.seed,
      runs: options.runs ?? null,
      trials: options.trials ?? null,
      budgetMs: options.budgetMs ?? null,
      baseline: options.baseline !== undefined,
    },
    startedAt: findings.startedAt,
    durationMs: findings.durationMs,
    verdict: verdictOf(findings, executed, lost),
    aborted,
    problem,
    planned,
    executed,
    counts: countOutcomes(results),
    staleBaseline,
    requirements: requirementResults(results, requirements),
    cases: results,
  }
}

export function wasExecuted({ outcome }: CaseResult): boolean {
  return outcome === 'passed' || outcome === 'failed' || outcome === 'excluded'
}

function verdictOf(findings: Findings, executed: number, lost: number): Verdict {
  const { supports, results, staleBaseline, aborted } = findings
  if (supports === null) return 'unreachable'
  if (executed === 0) return 'nothing-executed'
  const failed = results.some(({ outcome }) => outcome === 'failed')
  if (failed || staleBaseline.length > 0 || lost > 0) return 'non-conformant'
  const open = aborted || results.some(({ outcome }) => outcome === 'unproved')
  return open ? 'unproved' : 'conformant'
}

export function countOutcomes(results: readonly CaseResult[]): Record<Outcome, number> {
  const count = (outcome: Outcome): number =>
    results.filter((result) => result.outcome === outcome).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    'not-applicable': count('not-applicable'),
    excluded: count('excluded'),
    unproved: count('unproved'),
  }
}

/** Worst first: one failed case breaks a requirement however many others pass. */
const severity: readonly Outcome[] = ['failed', 'excluded', 'unproved', 'passed', 'not-applicable']

export function requirementResults(
  results: readonly CaseResult[],
  promises: readonly Pick<Requirement, 'id' | 'level' | 'sentence'>[],
): RequirementResult[] {
  return promises.flatMap(({ id, level, sentence }) => {
    const about = results.filter((result) => result.requirements.some((one) => one === id))
    const found = about.map((result) => outcomeFor(id, result))
    const outcome = severity.find((one) => found.includes(one))
    if (outcome === undefined) return []
    return [{ id, level, sentence, outcome, cases: about.map((result) => result.id) }]
  })
}

/** A case that broke one of its requirements has proved nothing about the others. */
function outcomeFor(id: string, { outcome, failure }: CaseResult): Outcome {
  return failure === null || failure.requirements.includes(id) ? outcome : 'unproved'
}
