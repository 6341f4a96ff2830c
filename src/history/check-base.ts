import type { HistoryPosition } from '../protocol/rollout-item.js'
import type { RolloutId } from '../protocol/thread-id.js'
import type { RolloutFinding } from './findings.js'
import type { RolloutPrefix } from './scan-rollout.js'

/** What has to be known of a rollout to judge what begins from it; a `RolloutSummary` will do. */
export interface BaseFacts {
  readonly base: HistoryPosition | null
  readonly byteCount: number
  /** Scanned with the `endByteOffset`s as marks; without the mark only the length is checked. */
  readonly prefixes: ReadonlyMap<number, RolloutPrefix>
}

/**
 * What is wrong with the place a rollout begins from, `null` when nothing is: it has to be there,
 * at the end of a line, after as many items as it says, and must not lead back.
 */
export function checkBase(
  rolloutId: RolloutId,
  find: (rolloutId: RolloutId) => BaseFacts | undefined,
): RolloutFinding | null {
  const base = find(rolloutId)?.base ?? null
  if (base === null) return null
  const facts = find(base.rolloutId)
  if (facts === undefined) {
    const message = `rollout ${base.rolloutId}, which this one begins from, is missing`
    return { code: 'MISSING_BASE', rolloutId, message }
  }
  if (leadsBack(rolloutId, find)) {
    const message = `rollout ${base.rolloutId} leads back to this one, which begins from it`
    return { code: 'CYCLIC_BASE', rolloutId, message }
  }
  const problem = placeProblem(base, facts)
  return problem === null ? null : { code: 'BASE_OUT_OF_BOUNDS', rolloutId, message: problem }
}

function leadsBack(
  start: RolloutId,
  find: (rolloutId: RolloutId) => BaseFacts | undefined,
): boolean {
  const seen = new Set<RolloutId>()
  for (let id = find(start)?.base?.rolloutId; id !== undefined; id = find(id)?.base?.rolloutId) {
    // A cycle among its bases makes a rollout unreadable as surely as one through itself.
    if (id === start || seen.has(id)) return true
    seen.add(id)
  }
  return false
}

function placeProblem(base: HistoryPosition, facts: BaseFacts): string | null {
  const { rolloutId, endByteOffset, endOrdinalExclusive } = base
  if (endByteOffset > facts.byteCount) {
    return `rollout ${rolloutId} has ${facts.byteCount} bytes, not ${endByteOffset}`
  }
  const prefix = facts.prefixes.get(endByteOffset)
  if (prefix === undefined) return null
  if (!prefix.endsLine) return `no line of rollout ${rolloutId} ends at byte ${endByteOffset}`
  return prefix.nextOrdinal === endOrdinalExclusive
    ? null
    : `ordinal ${prefix.nextOrdinal} follows there in rollout ${rolloutId}, not ${endOrdinalExclusive}`
}
