import { isDeepStrictEqual } from 'node:util'
import type { StoredRollout, StoredThread } from '../../src/store/records.js'
import { compareRecords } from '../verify/compare-records.js'

/**
 * How a thread stands in the target: `new`, not there; `same`, nothing to send; `grown`, the source
 * has more; `touched`, as long as before but not known to hold the same bytes; `changed`, only the
 * record differs; `different`, the target holds what the source does not; `unknown`, a store cannot
 * say without its history being read.
 */
export type ThreadState = 'new' | 'same' | 'grown' | 'touched' | 'changed' | 'different' | 'unknown'

/** Compares what two stores know of a thread without reading its history. */
export function classifyThread(source: StoredThread, target: StoredThread | null): ThreadState {
  if (target === null) return 'new'
  if (source.rollouts === null || target.rollouts === null) return 'unknown'
  const stored = new Map(target.rollouts.map((rollout) => [rollout.rolloutId, rollout]))
  const states = source.rollouts.map((rollout) =>
    classifyRollout(rollout, stored.get(rollout.rolloutId)),
  )
  const unheard = target.rollouts.length > states.filter((state) => state !== 'new').length
  if (unheard || states.includes('different')) return 'different'
  if (states.includes('new') || states.includes('grown')) return 'grown'
  if (states.includes('touched')) return 'touched'
  return compareRecords(source, target).length > 0 ? 'changed' : 'same'
}

/** How a rollout stands in the target; `touched` and `grown` remain to be proven by its bytes. */
type RolloutState = 'new' | 'same' | 'grown' | 'touched' | 'different'

/** Compares what two stores know of a rollout without reading it. */
export function classifyRollout(
  source: Pick<StoredRollout, 'base' | 'byteCount' | 'fingerprint'> & { sha256?: string | null },
  target: StoredRollout | undefined,
): RolloutState {
  if (target === undefined) return 'new'
  if (!isDeepStrictEqual(source.base, target.base)) return 'different'
  if (source.byteCount < target.byteCount) return 'different'
  if (source.byteCount > target.byteCount) return 'grown'
  const known = isKnown(source.fingerprint) && source.fingerprint === target.fingerprint
  const hashed = isKnown(source.sha256) && source.sha256 === target.sha256
  return known || hashed ? 'same' : 'touched'
}

function isKnown(value: string | null | undefined): value is string {
  return value !== null && value !== undefined
}
