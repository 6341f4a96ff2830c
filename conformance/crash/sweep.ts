import fc from 'fast-check'
import { type CaseContext, Unproved } from '../case.js'
import { under } from '../expect.js'
import { LawBroken } from '../law.js'
import { CrashFound } from './crash-found.js'
import { type Deed, deeds } from './deeds.js'
import type { Finding } from './ledger.js'
import { Life, type Recovery } from './life.js'
import { type Moment, moments, strike } from './strike.js'
import type { Choose, Workload } from './workload.js'

/** Crashes that one storage lives through. */
const LIFE_TRIALS = 20

/** What is killed when. */
interface Plan {
  readonly deed: Deed
  readonly moment: Moment
}

/** The first thing that was wrong, and where. */
interface Wrong {
  readonly finding: Finding
  readonly trial: number
  readonly plan: Plan
}

/**
 * Kills one process after the other around every call, and looks in a new one at what is left. Goes
 * on after a finding, so that the report can say how often it happens.
 */
export async function sweep(context: CaseContext): Promise<void> {
  const { seed, path, firstOnly, signal } = context.search
  const plans = plansFor(context)
  const first = path === null ? 0 : Number(path) * LIFE_TRIALS
  const trials = path === null ? context.search.trials : LIFE_TRIALS
  for (const figure of ['trials', 'killsInsideCalls', 'torn', 'lost', 'lostUnflushed']) {
    context.count(figure, 0)
  }
  let wrong: Wrong | null = null
  let life: Life | null = null
  for (let trial = first; trial < first + trials; trial += 1) {
    if (signal?.aborted) throw new Unproved(`the run was interrupted after ${trial} trials`)
    const current: Life =
      life === null || trial % LIFE_TRIALS === 0 ? await Life.begin(context) : life
    life = current
    const plan = plans[trial % plans.length]
    if (plan === undefined) return
    const choose = choices(seed + trial)
    const findings = await named(trial, plan, () => tryCrash(context, current, plan, choose, trial))
    const [finding] = findings
    if (finding === undefined) continue
    wrong ??= { finding, trial, plan }
    // What follows would be found in the same storage again.
    life = null
    if (firstOnly) break
  }
  if (wrong !== null) await report(wrong)
}

/** The same work without a kill: what it shows is no crash’s doing. */
export async function control(context: CaseContext): Promise<void> {
  const life = await Life.begin(context)
  const work = life.workload(choices(context.search.seed), 'c')
  for (const deed of deedsFor(context)) await (await deed.arrange(work))()
  await life.process.close()
  const { findings } = await life.recover()
  const [finding] = findings
  if (finding !== undefined) {
    await fail({ ...finding, requirement: 'CRASH-1' }, 'without any kill')
  }
}

async function tryCrash(
  context: CaseContext,
  life: Life,
  plan: Plan,
  choose: Choose,
  trial: number,
): Promise<readonly Finding[]> {
  context.beginProgram()
  const before = life.workload(choose, `t${trial}`)
  const wasInside = await strike(context, life.process, before, plan)
  const recovery = await life.recover()
  const isWhole = recovery.findings.length === 0
  const after = isWhole ? await wroteOn(life, choose, trial) : []
  const findings = [...recovery.findings, ...after]
  countTrial(context, { ...recovery, findings }, wasInside)
  return findings
}

/** Writes to one of the threads that were live, or to any. */
async function wroteOn(life: Life, choose: Choose, trial: number): Promise<readonly Finding[]> {
  const work: Workload = life.workload(choose, `t${trial}.after`)
  const thread = work.pick(work.threads)
  if (thread === undefined) return []
  const finding = await life.goOn(thread, work)
  return finding === null ? [] : [finding]
}

function countTrial(
  context: CaseContext,
  { findings, hasLostUnflushed }: Recovery,
  wasInside: boolean,
): void {
  context.count('trials')
  if (wasInside) context.count('killsInsideCalls')
  if (findings.some(({ kind }) => kind === 'torn')) context.count('torn')
  if (findings.some(({ kind }) => kind === 'lost')) context.count('lost')
  if (hasLostUnflushed) context.count('lostUnflushed')
}

function deedsFor({ supports }: CaseContext): readonly Deed[] {
  return deeds.filter(({ needs }) => needs?.(supports) ?? true)
}

/**
 * Every call at every moment, in an order of the seed’s. What is done and not answered comes first,
 * because it tells most; the moments nobody chooses come thrice.
 */
function plansFor(context: CaseContext): readonly Plan[] {
  const { seed } = context.search
  const at = (some: readonly Moment[]): readonly Plan[] => {
    const all = deedsFor(context).flatMap((deed) => some.map((moment) => ({ deed, moment })))
    const shuffled = fc.shuffledSubarray(all, { minLength: all.length })
    return fc.sample(shuffled, { seed, numRuns: 1 })[0] ?? []
  }
  const others = moments.filter((moment) => moment !== 'before-reply')
  return [...at(['before-reply']), ...at([...others, 'inside', 'inside'])]
}

function choices(seed: number): Choose {
  const numbers = fc.sample(fc.nat(), { seed, numRuns: 400 })
  let next = 0
  return (below) => {
    next += 1
    return (numbers[next % numbers.length] ?? 0) % Math.max(1, below)
  }
}

/** Says of whatever goes wrong in a trial which one it was. */
async function named<T>(trial: number, plan: Plan, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (reason) {
    if (reason instanceof Error) reason.message = `${placeOf(trial, plan)}: ${reason.message}`
    throw replayable(reason, trial)
  }
}

async function report({ finding, trial, plan }: Wrong): Promise<never> {
  try {
    return await fail(finding, placeOf(trial, plan))
  } catch (reason) {
    throw replayable(reason, trial)
  }
}

async function fail(finding: Finding, place: string): Promise<never> {
  return under(finding.requirement, () => {
    throw new CrashFound(finding, place)
  })
}

function placeOf(trial: number, { deed, moment }: Plan): string {
  return `trial ${trial}, killed ${momentText[moment]} ${deed.verb}`
}

const momentText: Readonly<Record<Moment, string>> = {
  'before-send': 'before',
  received: 'as it received',
  'before-reply': 'before it answered',
  'after-reply': 'after it had answered',
  inside: 'somewhere inside',
}

/** A storage is replayed from its beginning. */
function replayable(reason: unknown, trial: number): Error {
  return new LawBroken(reason, String(Math.floor(trial / LIFE_TRIALS)))
}
