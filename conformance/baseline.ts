import type { CaseResult } from './report/report.js'

/** A failure that is expected, and why that is acceptable for now. */
export interface BaselineEntry {
  readonly case: string
  readonly reason: string
  /** Where the work on it is followed. */
  readonly link: string
  /** The last day on which the entry holds: `2027-01-31`. */
  readonly expires: string
  /** The failure’s signature: one that fails differently is a regression. */
  readonly signature: string
}

/** The failures a store’s owner knows of. */
export type Baseline = readonly BaselineEntry[]

/** A result in the light of the baseline: an expected failure is excluded, any other stays. */
export function applyBaseline(result: CaseResult, baseline: Baseline, today: string): CaseResult {
  const entry = baseline.find((one) => one.case === result.id)
  if (entry === undefined || result.failure === null) return result
  const expected = entry.signature === result.failure.signature && entry.expires >= today
  return expected
    ? { ...result, outcome: 'excluded', reason: `${entry.reason} (${entry.link})` }
    : result
}

/**
 * What is wrong with the entries whose cases ran, and with those of no case there is; each is a
 * failure of the run.
 */
export function staleEntries(
  cases: readonly { readonly id: string }[],
  results: readonly CaseResult[],
  baseline: Baseline,
  today: string,
): string[] {
  const ids = new Set(cases.map(({ id }) => id))
  const known = new Map(results.map((result) => [result.id, result]))
  return baseline.flatMap((entry) => {
    const result = known.get(entry.case)
    if (result === undefined) {
      return ids.has(entry.case) ? [] : [`${entry.case}: there is no such case; remove the entry`]
    }
    if (entry.expires < today) return [`${entry.case}: expired on ${entry.expires}`]
    if (result.outcome === 'passed') return [`${entry.case}: passes now; remove the entry`]
    if (result.outcome === 'not-applicable') return [`${entry.case}: is not applicable`]
    if (result.outcome === 'failed') {
      const signature = result.failure?.signature
      return [`${entry.case}: fails differently, ${signature} instead of ${entry.signature}`]
    }
    return []
  })
}
