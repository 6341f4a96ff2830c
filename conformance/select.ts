import { type CaseSet, type ConformanceCase, caseSets } from './case.js'

/** Which cases a run is about. */
export interface Selection {
  /** @defaultValue `core` */
  readonly set?: CaseSet
  /** Ids of cases or requirements, separated by commas; `*` stands for anything. */
  readonly filter?: string
}

/** The selected cases, in the order of the suite. */
export function selectCases(
  suite: readonly ConformanceCase[],
  { set = 'core', filter }: Selection,
): ConformanceCase[] {
  const reach = caseSets.indexOf(set)
  const patterns = filter === undefined ? null : filter.split(',').map(patternOf)
  return suite.filter(
    (one) =>
      caseSets.indexOf(one.set) <= reach &&
      (patterns === null ||
        [one.id, ...one.requirements].some((name) => patterns.some((it) => it.test(name)))),
  )
}

function patternOf(filter: string): RegExp {
  const parts = filter
    .trim()
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}
