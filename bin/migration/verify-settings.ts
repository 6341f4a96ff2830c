import type { Mapping, Shard } from '../../migrate/index.js'

/** How stores are verified, whatever they are verified against. */
export interface VerifySettings {
  readonly readBack: boolean
  readonly jobs: number
  readonly json: boolean
  readonly report: string | undefined
  readonly only: ReadonlySet<string> | undefined
  readonly shard: Shard | undefined
  /** What was replaced on the way into the target. */
  readonly mapping: Mapping | null
}

/** Threads named one by one; the report names all. */
export const SHOWN_MAX = 20

/** The verdicts that occurred, counted. */
export function verdictParts(totals: Readonly<Record<string, number>>): string {
  const parts = Object.entries(totals).filter(([, count]) => count > 0)
  const words = parts.map(([verdict, count]) => `${count.toLocaleString('en')} ${verdict}`)
  return words.join(', ') || 'nothing to compare'
}
