import type { FindingCode, FindingSeverity, RolloutFinding } from '../../src/history/findings.js'
import { findingKinds } from '../../src/history/findings.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'

/** What only a migration can find. */
type MigrationOnlyCode =
  | 'RECORD_NOT_HELD'
  | 'LINEAGE_FLATTENED'
  | 'BASE_NOT_IN_SOURCE'
  | 'TARGET_AHEAD'
  | 'NEW_GENERATION'
  | 'KEPT_BOTH'
  | 'RECORD_KEPT'
  | 'RECORD_CHANGED_TWICE'

/** Something a migration noticed about a thread. */
export interface MigrationFinding extends Omit<RolloutFinding, 'code'> {
  readonly code: FindingCode | MigrationOnlyCode
  readonly threadId: ThreadId
}

/** What is said of every finding of one code, and what to do about it. */
export interface MigrationFindingKind {
  readonly severity: FindingSeverity
  readonly meaning: string
}

const migrationKinds: Readonly<Record<MigrationOnlyCode, MigrationFindingKind>> = {
  RECORD_NOT_HELD: {
    severity: 'warning',
    meaning: 'the target does not give back a field of the record as it was sent',
  },
  LINEAGE_FLATTENED: {
    severity: 'warning',
    meaning: 'the target has no lineage; what the thread begins from was copied into it',
  },
  BASE_NOT_IN_SOURCE: {
    severity: 'error',
    meaning: 'a history begins in a rollout that the source does not have',
  },
  TARGET_AHEAD: {
    severity: 'info',
    meaning: 'the target holds all of the thread and went on with it; nothing was sent',
  },
  NEW_GENERATION: {
    severity: 'info',
    meaning: 'the source wrote the thread anew; the earlier copy is kept as an archived thread',
  },
  KEPT_BOTH: {
    severity: 'warning',
    meaning: 'the thread went different ways; both are in the target, one under another id',
  },
  RECORD_KEPT: {
    severity: 'info',
    meaning: 'the record was changed in the target after it was copied, and stays that way',
  },
  RECORD_CHANGED_TWICE: {
    severity: 'warning',
    meaning: 'the record was changed on both sides; the one with the later updatedAt stays',
  },
}

export function findingKind(code: MigrationFinding['code']): MigrationFindingKind {
  const kinds: Readonly<Record<string, MigrationFindingKind>> = {
    ...findingKinds,
    ...migrationKinds,
  }
  return kinds[code] ?? { severity: 'warning', meaning: 'unknown to this version' }
}

/** Samples that a tally keeps of each code. */
const SAMPLES_MAX = 5

/** All findings of one code. */
export interface FindingTally extends MigrationFindingKind {
  readonly code: MigrationFinding['code']
  /** Places, counting those a finding stands for without naming them. */
  readonly count: number
  readonly threads: number
  readonly samples: readonly MigrationFinding[]
}

/** Counts findings by code in bounded memory, however many there are. */
export class FindingTallies {
  readonly #tallies: Map<MigrationFinding['code'], FindingTally> = new Map()

  /** Adds the findings of one thread. */
  addThread(findings: readonly MigrationFinding[]): void {
    const codes = new Set<MigrationFinding['code']>()
    for (const finding of findings) {
      const tally = this.#tallies.get(finding.code) ?? {
        ...findingKind(finding.code),
        code: finding.code,
        count: 0,
        threads: 0,
        samples: [],
      }
      this.#tallies.set(finding.code, {
        ...tally,
        count: tally.count + (finding.count ?? 1),
        threads: tally.threads + (codes.has(finding.code) ? 0 : 1),
        samples: tally.samples.length < SAMPLES_MAX ? [...tally.samples, finding] : tally.samples,
      })
      codes.add(finding.code)
    }
  }

  /** Worst first, then most frequent first. */
  list(): FindingTally[] {
    const ranks: readonly FindingSeverity[] = ['error', 'warning', 'info']
    return [...this.#tallies.values()].toSorted(
      (a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity) || b.count - a.count,
    )
  }
}
