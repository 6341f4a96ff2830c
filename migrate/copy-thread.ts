import type { ThreadId } from '../src/protocol/thread-id.js'
import { ThreadStoreError } from '../src/store/errors.js'
import type { ThreadExport } from '../src/store/raw-history.js'
import type { StoredThread } from '../src/store/records.js'
import { compareRecords } from './compare-records.js'
import type { CopyContext } from './copy-context.js'
import { findThread } from './find-thread.js'
import { type Leg, openLeg } from './open-leg.js'
import { alreadyThere, type CopyResult, unsent } from './outcome.js'
import { BEING_WRITTEN, sendThread } from './send-thread.js'

/**
 * Copies a thread byte by byte and proves it, reading each rollout at most once. Of what the target
 * holds already only the hash is compared.
 * @param isNew - the target is believed not to have the thread, which it is then not asked
 */
export async function copyThread(
  context: CopyContext,
  threadId: ThreadId,
  isNew: boolean,
): Promise<CopyResult> {
  const { source, target, signal } = context
  const params = { threadId, ...(signal && { signal }) }
  const exported = await source.exportThread(params)
  const stored = isNew ? null : await findThread(target, params)
  const foreign = foreignRollout(exported, stored)
  if (foreign !== null)
    return conflict(threadId, `the target has rollout ${foreign}, the source has not`)
  const legs: Leg[] = []
  try {
    for (const rollout of exported.rollouts) {
      const leg = await openLeg(context, exported, rollout, stored)
      if (typeof leg === 'string') return conflict(threadId, leg)
      legs.push(leg)
    }
    if (stored !== null && isSettled(exported, stored, legs)) return settled(exported, stored)
    return await sendThread(context, exported, stored, legs)
  } catch (error) {
    if (isNew && isInTheWay(error)) return await copyThread(context, threadId, false)
    throw error
  } finally {
    for (const leg of legs) await leg.close()
  }
}

/** The target turned out to have the thread, or a part of it, after all. */
function isInTheWay(error: unknown): boolean {
  if (!ThreadStoreError.is(error, 'CONFLICT')) return false
  return error.details.reason === 'different-content' || error.details.reason === 'position'
}

function foreignRollout(exported: ThreadExport, stored: StoredThread | null): string | null {
  const own = new Set(exported.rollouts.map((rollout) => rollout.rolloutId))
  return stored?.rollouts?.find(({ rolloutId }) => !own.has(rolloutId))?.rolloutId ?? null
}

/** Nothing is left to send and nothing about the thread is to be changed. */
function isSettled(exported: ThreadExport, stored: StoredThread, legs: readonly Leg[]): boolean {
  const fingerprints = new Map(stored.rollouts?.map((r) => [r.rolloutId, r.fingerprint]))
  return (
    compareRecords(exported.thread, stored).length === 0 &&
    legs.every(
      ({ rollout, fromByte }) =>
        fromByte === rollout.byteCount &&
        (rollout.fingerprint ?? null) === (fingerprints.get(rollout.rolloutId) ?? null),
    )
  )
}

function settled(exported: ThreadExport, stored: StoredThread): CopyResult {
  const { outcome, held } = alreadyThere(stored)
  if (!exported.live) return { outcome, held }
  return { outcome: { ...outcome, status: 'busy', reason: BEING_WRITTEN }, held }
}

function conflict(threadId: ThreadId, reason: string): CopyResult {
  return { outcome: unsent(threadId, 'conflict', reason), held: null }
}
