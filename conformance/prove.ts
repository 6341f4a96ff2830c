import { type Clock, systemClock } from '../src/host/clock.js'
import { mutants as everyMutant } from './mutants/index.js'
import type { Mutant } from './mutants/mutant.js'
import { mutated, narrowed } from './mutants/mutated.js'
import { packageVersion } from './package-version.js'
import type { CaseResult, Report } from './report/report.js'
import { type RequirementLevel, requirements } from './requirements.js'
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

export interface KillMatrix {
  readonly schema: 'threadstore/kill-matrix/1'
  /** Of the package. */
  readonly version: string
  readonly subject: string
  readonly seed: number
  /** The run of the subject itself. Its failures are left out of everything below. */
  readonly control: Report
  readonly mutants: readonly MutantResult[]
  /** Killed mutants among those that are not invisible, 0 to 1. */
  readonly score: number
  /** MUST requirements that apply to the subject and that no mutant violates, or none killed. */
  readonly unguarded: readonly string[]
  /** Cases that fail for no mutant: they may say less than they seem to. */
  readonly toothless: readonly string[]
  readonly durationMs: number
}

export interface ProveOptions extends RunOptions {
  readonly mutants?: readonly Mutant[]
  /** Run the cases of the violated requirement alone: whether it is killed, not what else breaks. */
  readonly quick?: boolean
  readonly onMutant?: (result: MutantResult) => void
}

/** Says of any calls what the others say of each: every mutant may break it, none has to. */
const OVERALL = 'SEQ-1'

/** Runs the suite against every mutant of a subject: what the suite would have caught. */
export async function prove(
  subject: StoreSubject,
  options: ProveOptions = {},
): Promise<KillMatrix> {
  const clock = options.clock ?? systemClock
  const begun = clock.now()
  const { onEvent: _events, onMutant, mutants = everyMutant, quick = false, ...quiet } = options
  const seed = options.seed ?? 1
  const control = await run(subject, { runs: 10, ...quiet, seed })
  const runOptions = { runs: 10, ...quiet, seed, firstOnly: true, likenesses: false }
  const results: MutantResult[] = []
  for (const mutant of mutants) {
    const only = quick ? { filter: mutant.violates } : {}
    const result = await judge(subject, mutant, control, { ...runOptions, ...only }, clock)
    results.push(result)
    onMutant?.(result)
  }
  const visible = results.filter(({ outcome }) => outcome !== 'invisible')
  return {
    schema: 'threadstore/kill-matrix/1',
    version: packageVersion(),
    subject: subject.name,
    seed,
    control,
    mutants: results,
    score: visible.length === 0 ? 0 : visible.filter(isKilled).length / visible.length,
    unguarded: unguarded(control, results),
    toothless: toothless(control, results),
    durationMs: clock.now() - begun,
  }
}

function isKilled({ outcome }: MutantResult): boolean {
  return outcome === 'killed'
}

async function judge(
  subject: StoreSubject,
  mutant: Mutant,
  control: Report,
  options: RunOptions,
  clock: Clock,
): Promise<MutantResult> {
  const begun = clock.now()
  const facts = {
    id: mutant.id,
    breaks: mutant.breaks,
    violates: mutant.violates,
    seenIn: mutant.seenIn ?? null,
  }
  if (!isVisible(mutant, control)) {
    const none = { killedBy: [], broke: [], collateral: [], signatures: {}, durationMs: 0 }
    return { ...facts, outcome: 'invisible', ...none }
  }
  const broken = mutated(subject, mutant)
  const report = await run(broken, options)
  const sound = await soundCases(subject, mutant, control, options)
  const isFound = (result: CaseResult): boolean => result.outcome === 'failed' && sound(result.id)
  const first = report.cases.filter(isFound)
  const failed = first.some((one) => breaks(one, mutant.violates))
    ? first
    : [...first, ...(await searchOn(broken, mutant, options)).filter(isFound)]
  const broke = requirementsOf(failed)
  const { violates, mayAlsoBreak = [] } = mutant
  const collateral =
    mayAlsoBreak === 'everything'
      ? []
      : broke.filter(
          (id) => id !== violates && id !== OVERALL && !mayAlsoBreak.some((one) => one === id),
        )
  const dead = broke.includes(mutant.violates)
  return {
    ...facts,
    outcome: !dead ? 'alive' : collateral.length > 0 ? 'collateral' : 'killed',
    killedBy: failed.filter((one) => breaks(one, mutant.violates)).map(({ id }) => id),
    broke,
    collateral,
    signatures: Object.fromEntries(failed.map(({ id, failure }) => [id, failure?.signature ?? ''])),
    durationMs: clock.now() - begun,
  }
}

/** Runs of a law before a mutant is called alive. */
const RUNS_MAX = 3_000

/** The laws of the violated requirement once more, and for longer: some defects are well hidden. */
async function searchOn(
  broken: StoreSubject,
  { violates }: Mutant,
  options: RunOptions,
): Promise<readonly CaseResult[]> {
  const laws = (options.cases ?? suite).filter(
    ({ kind, requirements: ids }) => kind === 'law' && ids.includes(violates),
  )
  const { filter: _filter, ...rest } = options
  const patient = { ...broken, limits: { ...broken.limits, caseTimeoutMs: 60_000 } }
  const report = await run(patient, { ...rest, cases: laws, runs: RUNS_MAX })
  return report.cases
}

/** Cases that pass for the store without the defect; the others would fail either way. */
async function soundCases(
  subject: StoreSubject,
  { without, claiming }: Mutant,
  control: Report,
  options: RunOptions,
): Promise<(id: string) => boolean> {
  const other = without ?? claiming
  const report = other === undefined ? control : await run(narrowed(subject, other), options)
  const passed = new Set(
    report.cases.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id),
  )
  return (id) => passed.has(id)
}

function isVisible(
  { needs, violates, without, claiming }: Mutant,
  { supports, cases }: Report,
): boolean {
  if (supports === null || needs?.holds(supports) === false) return false
  if (without !== undefined || claiming !== undefined) return true
  return cases.some((one) => one.outcome === 'passed' && one.requirements.includes(violates))
}

function breaks({ failure }: CaseResult, id: string): boolean {
  return failure?.requirements.includes(id) ?? false
}

function requirementsOf(failed: readonly CaseResult[]): string[] {
  const ids = new Set(failed.flatMap(({ failure }) => failure?.requirements ?? []))
  return [...ids].toSorted()
}

function unguarded(control: Report, results: readonly MutantResult[]): string[] {
  const must: RequirementLevel = 'MUST'
  const guarded = new Set(results.filter(isKilled).map(({ violates }) => violates))
  const proved = new Set(
    control.requirements.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id),
  )
  return requirements
    .filter(({ id, level }) => level === must && proved.has(id) && !guarded.has(id))
    .map(({ id }) => id)
}

function toothless(control: Report, results: readonly MutantResult[]): string[] {
  const biting = new Set(results.flatMap(({ signatures }) => Object.keys(signatures)))
  return control.cases
    .filter(({ id, outcome }) => outcome === 'passed' && !biting.has(id))
    .map(({ id }) => id)
}
