import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '../../../src/protocol/json.js'
import type { Difference } from './compare.js'

/** A difference that is known, and why there is one. What it does not name may be anything. */
export interface KnownDifference {
  readonly step?: string
  readonly message?: string
  readonly at: string
  readonly codex?: JsonValue
  readonly ours?: JsonValue
  /** The two values are not the same in every run or release. */
  readonly values?: 'any'
  readonly reason: string
}

/** Differences that nobody knows of, and known ones that are none any more. */
export function judge(
  found: readonly Difference[],
  known: readonly KnownDifference[],
): { readonly unknown: readonly Difference[]; readonly stale: readonly KnownDifference[] } {
  const explains = (entry: KnownDifference, difference: Difference): boolean =>
    entry.at === difference.at &&
    (entry.step ?? difference.step) === difference.step &&
    (entry.message ?? difference.message) === difference.message &&
    (entry.values === 'any' ||
      (isDeepStrictEqual(entry.codex, difference.codex) &&
        isDeepStrictEqual(entry.ours, difference.ours)))
  return {
    unknown: found.filter((difference) => !known.some((entry) => explains(entry, difference))),
    stale: known.filter((entry) => !found.some((difference) => explains(entry, difference))),
  }
}
