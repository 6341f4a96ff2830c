import type { MachineFacts } from './machine-facts.js'
import type { RowOutcome } from './row.js'

/** What a run measured, where: the JSON document. */
export interface BenchResults {
  readonly schema: 'threadstore/bench-results/1'
  readonly machine: MachineFacts
  /** The part of every size that was taken; goals are meant for 1. */
  readonly scale: number
  readonly rows: readonly RowOutcome[]
}

/** What to say of a run whose sizes are not those of the goals; `null` for one whose sizes are. */
export function scaleNote({ scale }: BenchResults): string | null {
  return scale === 1
    ? null
    : `A quick run with ${scale} of every size: the goals are not meant for it.`
}

/** Met, missed or not measured, in a word. */
export function verdictOf(row: RowOutcome): 'met' | 'missed' | 'not measured' {
  return 'notMeasured' in row ? 'not measured' : row.reached ? 'met' : 'missed'
}
