import { flowCases } from './cases/index.js'
import { type FlowMutant, flowMutants, mutatedFlow } from './mutants.js'
import { type FlowOptions, runFlows } from './run-flows.js'
import type { FlowSubject } from './subject.js'

/** What became of a mutant: the cases of the requirement it violates that failed. */
export interface FlowMutantResult {
  readonly id: string
  readonly violates: string
  /** `invisible`: the subject has not what the cases of the requirement need. */
  readonly outcome: 'killed' | 'alive' | 'invisible'
  readonly killedBy: readonly string[]
}

/** Runs the cases of each violated requirement against the mutant that violates it. */
export async function proveFlows(
  subject: FlowSubject,
  options: Pick<FlowOptions, 'clock' | 'signal'> & {
    readonly mutants?: readonly FlowMutant[]
  } = {},
): Promise<FlowMutantResult[]> {
  const results: FlowMutantResult[] = []
  for (const mutant of options.mutants ?? flowMutants) {
    const cases = flowCases.filter(({ requirements }) => requirements.includes(mutant.violates))
    // A case that waits for what the mutant does not send has failed by then.
    const report = await runFlows(mutatedFlow(subject, mutant), {
      ...options,
      cases,
      caseTimeoutMs: 6_000,
    })
    const killedBy = report.cases.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)
    const tried = report.cases.some(({ outcome }) => outcome !== 'unproved')
    const outcome = killedBy.length > 0 ? 'killed' : tried ? 'alive' : 'invisible'
    results.push({ id: mutant.id, violates: mutant.violates, outcome, killedBy })
  }
  return results
}
