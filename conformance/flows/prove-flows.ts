import { type Clock, systemClock } from '../../src/host/clock.js'
import type { MutantResult } from '../judge.js'
import { type KillMatrix, killMatrix } from '../kill-matrix.js'
import type { CaseResult } from '../report/report.js'
import { flowCases } from './cases/index.js'
import { type FlowMutant, mutatedFlow } from './mutants/flow-mutant.js'
import { flowMutants } from './mutants/index.js'
import { type FlowOptions, runFlows } from './run-flows.js'
import type { FlowSubject } from './subject.js'
import { FLOW_SEED } from './summarize-flows.js'
import { tryAll } from '../try-all.js'

export interface ProveFlowsOptions extends Pick<
  FlowOptions,
  'baseline' | 'clock' | 'filter' | 'signal'
> {
  readonly mutants?: readonly FlowMutant[]
  /** Mutants tried at a time. @defaultValue 1 */
  readonly jobs?: number
  readonly onMutant?: (result: MutantResult) => void
}

/** A case that waits for what a mutant does not send has failed by then. */
const CASE_TIMEOUT_MS = 6_000

/** Runs the cases of each violated requirement against the mutant that violates it. */
export async function proveFlows(
  subject: FlowSubject,
  options: ProveFlowsOptions = {},
): Promise<KillMatrix> {
  const { mutants = flowMutants, jobs = 1, onMutant, ...running } = options
  const { clock = systemClock, signal } = running
  const begun = clock.now()
  const control = await runFlows(subject, running)
  const sound = new Set(
    control.cases.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id),
  )
  const judge = (mutant: FlowMutant): Promise<MutantResult> =>
    judgeFlow(subject, mutant, (id) => sound.has(id), clock)
  const results = await tryAll(mutants, {
    judges: Array.from({ length: jobs }, () => judge),
    signal,
    onMutant,
  })
  return killMatrix({
    subject: subject.name,
    seed: FLOW_SEED,
    control,
    mutants: results,
    durationMs: clock.now() - begun,
  })
}

/** What becomes of one mutant; cases that are not sound fail for the subject without it too. */
export async function judgeFlow(
  subject: FlowSubject,
  mutant: FlowMutant,
  isSound: (caseId: string) => boolean,
  clock: Clock,
): Promise<MutantResult> {
  const begun = clock.now()
  const { violates } = mutant
  const facts = { id: idOf(mutant), breaks: mutant.id, violates, seenIn: null, collateral: [] }
  const cases = flowCases.filter(
    ({ id, requirements }) => isSound(id) && requirements.includes(violates),
  )
  if (cases.length === 0) {
    return {
      ...facts,
      outcome: 'invisible',
      killedBy: [],
      broke: [],
      signatures: {},
      durationMs: 0,
    }
  }
  const report = await runFlows(mutatedFlow(subject, mutant), {
    clock,
    cases,
    caseTimeoutMs: CASE_TIMEOUT_MS,
  })
  const failed = report.cases.filter(({ outcome }) => outcome === 'failed')
  // A mutant that cannot even be talked to is noticed too.
  const dead = failed.length > 0 || report.problem !== null
  return {
    ...facts,
    outcome: dead ? 'killed' : 'alive',
    killedBy: failed.map(({ id }) => id),
    broke: dead ? [violates] : [],
    signatures: Object.fromEntries(failed.map((one) => [one.id, signatureOf(one)])),
    durationMs: clock.now() - begun,
  }
}

function signatureOf({ failure }: CaseResult): string {
  return failure?.signature ?? ''
}

/** `FLOW-3.2`: the second mutant of its requirement. */
function idOf(mutant: FlowMutant): string {
  const siblings = flowMutants.filter(({ violates }) => violates === mutant.violates)
  return `${mutant.violates}.${siblings.indexOf(mutant) + 1}`
}
