import { type Clock, systemClock } from '../../src/host/clock.js'
import { packageVersion } from '../package-version.js'
import type { KillMatrix, MutantResult } from '../prove.js'
import type { CaseResult, Report } from '../report/report.js'
import { flowCases } from './cases/index.js'
import { type FlowMutant, mutatedFlow } from './mutants/flow-mutant.js'
import { flowMutants } from './mutants/index.js'
import { type FlowOptions, runFlows } from './run-flows.js'
import type { FlowSubject } from './subject.js'
import { FLOW_SEED } from './summarize-flows.js'

export interface ProveFlowsOptions extends Pick<
  FlowOptions,
  'baseline' | 'clock' | 'filter' | 'signal'
> {
  readonly mutants?: readonly FlowMutant[]
  readonly onMutant?: (result: MutantResult) => void
}

/** A case that waits for what a mutant does not send has failed by then. */
const CASE_TIMEOUT_MS = 6_000

/** Runs the cases of each violated requirement against the mutant that violates it. */
export async function proveFlows(
  subject: FlowSubject,
  options: ProveFlowsOptions = {},
): Promise<KillMatrix> {
  const { clock = systemClock, mutants = flowMutants, signal, onMutant } = options
  const { baseline, filter } = options
  const begun = clock.now()
  const running = {
    clock,
    ...(signal === undefined ? {} : { signal }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(filter === undefined ? {} : { filter }),
  }
  const control = await runFlows(subject, running)
  const sound = new Set(
    control.cases.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id),
  )
  const isSound = (id: string): boolean => sound.has(id)
  const results: MutantResult[] = []
  for (const mutant of mutants) {
    if (signal?.aborted) break
    const result = await judgeFlow(subject, mutant, isSound, clock)
    results.push(result)
    onMutant?.(result)
  }
  const visible = results.filter(({ outcome }) => outcome !== 'invisible')
  const killed = visible.filter(({ outcome }) => outcome === 'killed')
  return {
    schema: 'threadstore/kill-matrix/1',
    version: packageVersion(),
    subject: subject.name,
    seed: FLOW_SEED,
    control,
    mutants: results,
    score: visible.length === 0 ? 0 : killed.length / visible.length,
    unguarded: unguarded(control, killed),
    // Only the cases of a mutant's own requirement are run, so nothing is known of the others.
    toothless: [],
    durationMs: clock.now() - begun,
  }
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

function unguarded({ requirements }: Report, killed: readonly MutantResult[]): string[] {
  const guarded = new Set(killed.map(({ violates }) => violates))
  return requirements
    .filter(({ id, outcome }) => outcome === 'passed' && !guarded.has(id))
    .map(({ id }) => id)
}
