import { systemClock } from '../src/host/clock.js'
import type { ThreadStoreCapabilities } from '../src/store/capabilities.js'
import { type Control, runControl, soundCases, telling } from './control.js'
import type { Mutant } from './mutants/mutant.js'
import { mutated, narrowed } from './mutants/mutated.js'
import type { CaseResult, Report } from './report/report.js'
import { type RunOptions, run } from './run.js'
import type { StoreSubject } from './subject.js'
import { suite } from './suite.js'

/**
 * What became of a mutant. `killed`: a case of the requirement it violates failed, and no other
 * requirement did that it may not break. `collateral`: others failed too. `alive`: no such case
 * failed. `invisible`: the subject does not claim what the defect is in, or excludes its cases.
 */
export type MutantOutcome = 'killed' | 'collateral' | 'alive' | 'invisible'

export interface MutantResult {
  readonly id: string
  readonly breaks: string
  readonly violates: string
  readonly seenIn: string | null
  readonly outcome: MutantOutcome
  /** Cases of the violated requirement that failed. */
  readonly killedBy: readonly string[]
  /** Every requirement some case found broken. */
  readonly broke: readonly string[]
  /** Those among them that the mutant may not break. */
  readonly collateral: readonly string[]
  /** Failures by case, as signatures: what a store with this defect looks like. */
  readonly signatures: Readonly<Record<string, string>>
  readonly durationMs: number
}

/** How mutants are tried. */
export interface JudgeOptions extends Omit<RunOptions, 'onEvent' | 'onBegin'> {
  /** Run the cases of the violated requirement alone: whether it is killed, not what else breaks. */
  readonly quick?: boolean
  /** Run also the cases that call nothing of what a mutant replaces. @defaultValue false */
  readonly thorough?: boolean
}

/** The same, defaults filled in. */
type JudgeSettings = JudgeOptions &
  Required<Pick<JudgeOptions, 'clock' | 'seed' | 'runs' | 'quick' | 'thorough'>>

/** Fills the defaults in. */
export function judgeSettings(options: JudgeOptions): JudgeSettings {
  return { clock: systemClock, seed: 1, runs: 10, quick: false, thorough: false, ...options }
}

/** Says what becomes of a mutant, compared to the subject as it is. */
export type Judge = (mutant: Mutant, control: Control) => Promise<MutantResult>

/** Tries mutants of a subject in this process. */
export function judgeOf(subject: StoreSubject, options: JudgeOptions): Judge {
  const settings = judgeSettings(options)
  const narrowControl = remembering(({ without, only }: Narrowing) =>
    runControl(narrowed(subject, without), { ...running(settings), ...only }),
  )
  return async (mutant, control) => {
    const { clock } = settings
    const begun = clock.now()
    const correct = isClaimed(mutant, control.report) ? await referenceOf(mutant, control) : null
    const tried =
      correct !== null && isShown(mutant, correct.report)
        ? await tryMutant(subject, mutant, correct, settings)
        : { outcome: 'invisible' as const, killedBy: [], broke: [], collateral: [], signatures: {} }
    const { id, breaks, violates, seenIn = null } = mutant
    return { id, breaks, violates, seenIn, ...tried, durationMs: clock.now() - begun }
  }

  /** The run of what is the same store but for the defect. */
  async function referenceOf(mutant: Mutant, control: Control): Promise<Control> {
    const { without, claiming, violates } = mutant
    const only = settings.quick && settings.filter === undefined ? { filter: violates } : {}
    if (without !== undefined) return narrowControl({ without, only })
    if (claiming === undefined) return control
    // What is claimed beyond what can be done changes every answer.
    return { ...(await narrowControl({ without: claiming, only })), uses: new Map() }
  }
}

/** Whether the subject claims what the defect is in. */
function isClaimed({ needs }: Mutant, { supports }: Report): boolean {
  return supports !== null && needs?.holds(supports) !== false
}

/** Whether a case passes that could show the defect. */
function isShown({ violates }: Mutant, { cases }: Report): boolean {
  return cases.some((one) => one.outcome === 'passed' && one.requirements.includes(violates))
}

async function tryMutant(
  subject: StoreSubject,
  mutant: Mutant,
  control: Control,
  options: JudgeSettings,
): Promise<Omit<MutantResult, 'id' | 'breaks' | 'violates' | 'seenIn' | 'durationMs'>> {
  const { violates, mayAlsoBreak = [] } = mutant
  const broken = mutated(subject, mutant)
  const first = await failedCases(broken, mutant, control, options)
  const failed = first.some((one) => isBroken(one, violates))
    ? first
    : [...first, ...(await searchOn(broken, mutant, control, options))]
  const broke = requirementsOf(failed)
  const collateral =
    mayAlsoBreak === 'everything'
      ? []
      : broke.filter(
          (id) => id !== violates && id !== OVERALL && !mayAlsoBreak.some((one) => one === id),
        )
  const dead = broke.includes(violates)
  return {
    outcome: !dead ? 'alive' : collateral.length > 0 ? 'collateral' : 'killed',
    killedBy: failed.filter((one) => isBroken(one, violates)).map(({ id }) => id),
    broke,
    collateral,
    signatures: Object.fromEntries(failed.map(({ id, failure }) => [id, failure?.signature ?? ''])),
  }
}

/** Says of any calls what the others say of each: every mutant may break it, none has to. */
const OVERALL = 'SEQ-1'

/** Sound cases that fail for a mutant. */
async function failedCases(
  broken: StoreSubject,
  mutant: Mutant,
  control: Control,
  options: JudgeSettings,
): Promise<readonly CaseResult[]> {
  const { quick, thorough, cases = suite } = options
  const sound = soundCases(control)
  const canTell = thorough ? () => true : telling(control, mutant)
  const tried = cases.filter(
    ({ id, requirements }) =>
      sound.has(id) && (!quick || requirements.includes(mutant.violates)) && canTell(id),
  )
  const report = await run(broken, { ...running(options), cases: tried })
  return report.cases.filter(({ outcome }) => outcome === 'failed')
}

/** Runs of a law, and processes that are killed, before a mutant is called alive. */
const [RUNS_MAX, TRIALS_MAX] = [3_000, 100]

/** The laws of the violated requirement once more, and for longer: some defects are well hidden. */
async function searchOn(
  broken: StoreSubject,
  { violates }: Mutant,
  control: Control,
  options: JudgeSettings,
): Promise<readonly CaseResult[]> {
  const sound = soundCases(control)
  const laws = (options.cases ?? suite).filter(
    ({ id, kind, requirements }) =>
      kind === 'law' && requirements.includes(violates) && sound.has(id),
  )
  if (laws.length === 0) return []
  const { filter: _filter, ...rest } = running(options)
  const patient = { ...broken, limits: { ...broken.limits, caseTimeoutMs: 60_000 } }
  const longer = { runs: RUNS_MAX, trials: Math.max(TRIALS_MAX, rest.trials ?? 0) }
  const report = await run(patient, { ...rest, ...longer, cases: laws })
  return report.cases.filter(({ outcome }) => outcome === 'failed')
}

/** A mutant’s failures are counted, not explained. */
function running({ quick: _quick, thorough: _thorough, ...options }: JudgeSettings): RunOptions {
  return { ...options, firstOnly: true, likenesses: false }
}

function isBroken({ failure }: CaseResult, id: string): boolean {
  return failure?.requirements.includes(id) ?? false
}

function requirementsOf(failed: readonly CaseResult[]): string[] {
  const ids = new Set(failed.flatMap(({ failure }) => failure?.requirements ?? []))
  return [...ids].toSorted()
}

interface Narrowing {
  readonly without: Partial<ThreadStoreCapabilities>
  readonly only: { readonly filter?: string }
}

/** The same function, which does its work once for equal inputs. */
function remembering<In, Out>(work: (input: In) => Promise<Out>): (input: In) => Promise<Out> {
  const known = new Map<string, Promise<Out>>()
  return (input) => {
    const key = JSON.stringify(input)
    const found = known.get(key) ?? work(input)
    known.set(key, found)
    return found
  }
}
