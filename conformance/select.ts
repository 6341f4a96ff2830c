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
  const isMeant = meantBy(filter)
  return suite.filter((one) => caseSets.indexOf(one.set ?? 'core') <= reach && isMeant(one))
}

/** Whether a filter means a case, by its id or one of its requirements. */
export function meantBy(
  filter: string | undefined,
): (one: { readonly id: string; readonly requirements: readonly string[] }) => boolean {
  const patterns = filter?.split(',').map(patternOf)
  return ({ id, requirements }) =>
    patterns === undefined ||
    [id, ...requirements].some((name) => patterns.some((pattern) => pattern.test(name)))
}

function patternOf(filter: string): RegExp {
  const parts = filter
    .trim()
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}
