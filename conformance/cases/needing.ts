import type { ConformanceCase } from '../case.js'
import { all } from '../claims.js'

/** Cases that all need the same of a store and its subject, beside what each of them needs. */
export function needing(
  common: Pick<ConformanceCase, 'requires' | 'doors'>,
  cases: readonly ConformanceCase[],
): ConformanceCase[] {
  const { requires } = common
  return cases.map((one) => ({
    ...common,
    ...one,
    ...(requires && one.requires && { requires: all(requires, one.requires) }),
  }))
}
