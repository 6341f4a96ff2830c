import { type RolloutFinding, findingKinds } from '../../../history/findings.js'
import {
  type HomeFinding,
  type HomeFindingCode,
  type HomeFindingKind,
  SAMPLES_MAX,
  homeFindingKinds,
} from './home-findings.js'
import { lineRemedies } from './line-remedies.js'

/** One place of a finding: the id of a thread, or a path inside the home. */
export interface FoundPlace {
  readonly code: string
  readonly place: string
  /** Counted from 1. */
  readonly line?: number
}

interface Tally {
  readonly kind: HomeFindingKind
  count: number
  readonly samples: string[]
}

/** Counts findings by code; however damaged a home is, the counts fit in memory. */
export class FindingTally {
  readonly #tallies = new Map<string, Tally>()
  readonly #onPlace: (found: FoundPlace) => void

  /** @param onPlace - told of every place, of which the tally itself keeps samples */
  constructor(onPlace: (found: FoundPlace) => void = () => {}) {
    this.#onPlace = onPlace
  }

  add(code: HomeFindingCode, place: string, count = 1): void {
    this.#add({ code, place }, homeFindingKinds[code], count)
  }

  /** Findings about the lines of one rollout. */
  addLines(file: string, findings: readonly RolloutFinding[]): void {
    for (const { code, line, count } of findings) {
      const { severity, meaning } = findingKinds[code]
      const remedy = lineRemedies[code] ?? null
      const kind = { severity, measured: meaning, expected: 'lines that are items', remedy }
      this.#add({ code, place: file, ...(line !== undefined && { line }) }, kind, count ?? 1)
    }
  }

  /** The findings, the worst first and then the most frequent. */
  list(): HomeFinding[] {
    const rank = { error: 0, warning: 1, info: 2 }
    return [...this.#tallies]
      .map(([code, { kind, count, samples }]) => ({ code, ...kind, count, samples }))
      .toSorted((a, b) => rank[a.severity] - rank[b.severity] || b.count - a.count)
  }

  #add(found: FoundPlace, kind: HomeFindingKind, count: number): void {
    const tally = this.#tallies.get(found.code) ?? { kind, count: 0, samples: [] }
    tally.count += count
    if (tally.samples.length < SAMPLES_MAX) tally.samples.push(printPlace(found))
    this.#tallies.set(found.code, tally)
    this.#onPlace(found)
  }
}

export function printPlace({ place, line }: FoundPlace): string {
  return line === undefined ? place : `${place}:${line}`
}
