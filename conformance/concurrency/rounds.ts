import fc from 'fast-check'
import type { CaseContext } from '../case.js'

/**
 * Runs `round` with one generated plan after the other, until there were `share` of as many as
 * asked for or the time for searching is over. The first is played in any case.
 */
export async function rounds<Plan>(
  context: CaseContext,
  plans: fc.Arbitrary<Plan>,
  share: number,
  round: (plan: Plan) => Promise<void>,
): Promise<void> {
  const { seed, runs, timeLimitMs } = context.search
  const deadline = context.now() + timeLimitMs
  for (let index = 0; index < runs * share; index += 1) {
    if (index > 0 && context.now() >= deadline) return
    const [plan] = fc.sample(plans, { seed: seed + index, numRuns: 1 })
    if (plan !== undefined) await round(plan)
  }
}
