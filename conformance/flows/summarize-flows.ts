import { packageVersion } from '../package-version.js'
import type { CaseResult, Report, Verdict } from '../report/report.js'
import { countOutcomes, requirementResults, wasExecuted } from '../report/summarize.js'
import { flowRequirements } from './requirements.js'

/** Flows draw nothing by chance. */
export const FLOW_SEED = 0

/** Everything the report of a run of the flow suite is computed from. */
interface FlowFindings {
  readonly subject: string
  readonly filter: string | null
  readonly baseline: boolean
  /** Why the subject could not be talked to at all. */
  readonly problem: string | null
  readonly suiteSize: number
  readonly planned: number
  readonly results: readonly CaseResult[]
  readonly staleBaseline: readonly string[]
  readonly startedAt: string
  readonly durationMs: number
}

/** The report of a run of the flow suite, in the form of every other report. */
export function summarizeFlows(findings: FlowFindings): Report {
  const { results, planned, problem } = findings
  const promises = flowRequirements.map((one) => ({ ...one, level: 'MUST' }) as const)
  return {
    schema: 'threadstore/conformance-report/1',
    version: packageVersion(),
    suite: { cases: findings.suiteSize, requirements: flowRequirements.length },
    subject: { name: findings.subject, version: null },
    // An app-server claims nothing beforehand.
    supports: null,
    options: {
      set: 'core',
      filter: findings.filter,
      seed: FLOW_SEED,
      runs: null,
      trials: null,
      budgetMs: null,
      baseline: findings.baseline,
    },
    startedAt: findings.startedAt,
    durationMs: findings.durationMs,
    verdict: verdictOf(findings),
    aborted: problem === null && results.length < planned,
    problem,
    planned,
    executed: results.filter(wasExecuted).length,
    counts: countOutcomes(results),
    staleBaseline: findings.staleBaseline,
    requirements: requirementResults(results, promises),
    cases: results,
  }
}

function verdictOf({ problem, planned, results, staleBaseline }: FlowFindings): Verdict {
  if (problem !== null) return 'unreachable'
  if (!results.some(wasExecuted)) return 'nothing-executed'
  const failed = results.some(({ outcome }) => outcome === 'failed') || staleBaseline.length > 0
  if (failed) return 'non-conformant'
  return results.length < planned ? 'unproved' : 'conformant'
}
