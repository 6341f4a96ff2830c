import { type RolloutFinding, findingKinds } from '../../../history/findings.js'
import {
  type HomeFinding,
  type HomeFindingCode,
  type HomeFindingKind,
  SAMPLES_MAX,
  homeFindingKinds,
} from './home-findings.js'

interface Tally {
  readonly kind: HomeFindingKind
  count: number
  readonly samples: string[]
}

/** Counts findings by code; however damaged a home is, the counts fit in memory. */
export class FindingTally {
  readonly #tallies = new Map<string, Tally>()

  add(code: HomeFindingCode, sample: string, count = 1): void {
    this.#add(code, homeFindingKinds[code], sample, count)
  }

  /** Findings about the lines of one rollout. */
  addLines(file: string, findings: readonly RolloutFinding[]): void {
    for (const finding of findings) {
      const { severity, meaning } = findingKinds[finding.code]
      const kind = { severity, measured: meaning, expected: 'lines that are items', remedy: null }
      const place = finding.line === undefined ? file : `${file}:${finding.line}`
      this.#add(finding.code, kind, place, finding.count ?? 1)
    }
  }

  /** The findings, the worst first and then the most frequent. */
  list(): HomeFinding[] {
    const rank = { error: 0, warning: 1, info: 2 }
    return [...this.#tallies]
      .map(([code, { kind, count, samples }]) => ({ code, ...kind, count, samples }))
      .toSorted((a, b) => rank[a.severity] - rank[b.severity] || b.count - a.count)
  }

  #add(code: string, kind: HomeFindingKind, sample: string, count: number): void {
    const tally = this.#tallies.get(code) ?? { kind, count: 0, samples: [] }
    tally.count += count
    if (tally.samples.length < SAMPLES_MAX) tally.samples.push(sample)
    this.#tallies.set(code, tally)
  }
}
