import type fc from 'fast-check'
import type { CaseContext, ConformanceCase } from '../case.js'
import { type Arm, type Client, arms } from './arms.js'
import { type RecordedCall, Recorder } from './recorder.js'
import { rounds } from './rounds.js'

/** A check of calls that overlap, as generated plans have them. */
export interface ConcurrentCheck<Plan> extends Pick<
  ConformanceCase,
  'id' | 'title' | 'requirements'
> {
  readonly plans: fc.Arbitrary<Plan>
  /** How many rounds out of the runs asked for: a plan may be long. */
  readonly share: number
  /** Plays a plan and judges it; `made` are the calls since the round began. */
  readonly round: (
    context: CaseContext,
    clients: readonly Client[],
    plan: Plan,
    made: () => readonly RecordedCall[],
  ) => Promise<void>
}

/** A concurrent check as a case of the suite, on one handle unless an arm says otherwise. */
export function concurrentCase<Plan>(check: ConcurrentCheck<Plan>, arm?: Arm): ConformanceCase {
  const { id, title, requirements, plans, share, round } = check
  return {
    id: arm === undefined ? id : `${id}.${arm.id}`,
    title: arm === undefined ? title : `${title} ${arm.where}`,
    requirements,
    set: 'core',
    kind: 'law',
    ...(arm?.requires && { requires: arm.requires }),
    ...(arm?.doors && { doors: arm.doors }),
    run: async (context) => {
      const recorder = new Recorder()
      const clients = await (arm ?? arms[0]).clients(context, recorder)
      await rounds(context, plans, share, async (plan) => {
        const before = recorder.calls.length
        await round(context, clients, plan, () => recorder.calls.slice(before))
      })
    },
  }
}
