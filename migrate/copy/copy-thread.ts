import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadExport } from '../../src/store/raw-history.js'
import type { StoredRollout, StoredThread } from '../../src/store/records.js'
import { chooseRecord } from './choose-record.js'
import { compareRecords } from '../verify/compare-records.js'
import type { CopyContext } from './copy-context.js'
import { findThread } from '../plan/find-thread.js'
import { keepGeneration } from './keep-copy.js'
import { type Leg, type Obstacle, freshLeg, openLeg } from './open-leg.js'
import { alreadyThere, type CopyResult } from '../runs/outcome.js'
import { aheadOf, resolveConflict } from './resolve-conflict.js'
import { BEING_WRITTEN, sendThread } from './send-thread.js'
import type { TwoSides } from './two-sides.js'

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
  const legs: Leg[] = []
  try {
    const obstacles: Obstacle[] = []
    for (const rollout of exported.rollouts) {
      const opened = await openLeg(context, threadId, rollout, twin(stored, rollout.rolloutId))
      if ('relation' in opened) obstacles.push(opened)
      else legs.push(opened)
    }
    if (stored === null) return await sendThread(context, exported, null, legs)
    return await continueThread(context, { exported, stored, legs, obstacles })
  } catch (error) {
    if (isNew && isInTheWay(error)) return await copyThread(context, threadId, false)
    throw error
  } finally {
    for (const leg of legs) await leg.close()
  }
}

async function continueThread(context: CopyContext, sides: TwoSides): Promise<CopyResult> {
  const { exported, stored, legs, obstacles } = sides
  const relations = new Set(obstacles.map(({ relation }) => relation))
  const moves = legs.some(({ rollout, fromByte }) => fromByte < rollout.byteCount)
  const isAhead = relations.has('ahead') || hasMore(stored, exported)
  if (relations.has('diverged') || (isAhead && (moves || relations.has('rewritten')))) {
    return await resolveConflict(context, sides)
  }
  if (isAhead) return aheadOf(stored, obstacles)
  if (relations.has('rewritten')) return await replaceGeneration(context, sides)
  if (isSettled(context, sides)) return settled(exported, stored)
  return await sendThread(context, exported, stored, legs)
}

/** Somebody wrote the rollout anew, as migrate-rollouts does. What was copied before is kept. */
async function replaceGeneration(context: CopyContext, sides: TwoSides): Promise<CopyResult> {
  const { exported, stored, legs, obstacles } = sides
  const kept = await keepGeneration(context, stored)
  for (const { rollout } of obstacles) {
    legs.push(await freshLeg(context, rollout, twin(stored, rollout.rolloutId)))
  }
  const order = exported.rollouts.map(({ rolloutId }) => rolloutId)
  const inOrder = legs.toSorted(
    (a, b) => order.indexOf(a.rollout.rolloutId) - order.indexOf(b.rollout.rolloutId),
  )
  const { outcome, held } = await sendThread(context, exported, stored, inOrder)
  return { outcome: { ...outcome, findings: [kept, ...outcome.findings] }, held }
}

/** The target turned out to have the thread, or a part of it, after all. */
function isInTheWay(error: unknown): boolean {
  if (!ThreadStoreError.is(error, 'CONFLICT')) return false
  return error.details.reason === 'different-content' || error.details.reason === 'position'
}

function twin(stored: StoredThread | null, rolloutId: string): StoredRollout | null {
  return stored?.rollouts?.find((rollout) => rollout.rolloutId === rolloutId) ?? null
}

/** Whether the target has rollouts that the source does not have, as after a revert there. */
function hasMore(stored: StoredThread, exported: ThreadExport): boolean {
  const own = new Set(exported.rollouts.map((rollout) => rollout.rolloutId))
  return stored.rollouts?.some(({ rolloutId }) => !own.has(rolloutId)) ?? false
}

/** Nothing is left to send and nothing about the thread is to be changed. */
function isSettled({ target }: CopyContext, { exported, stored, legs }: TwoSides): boolean {
  const { record } = chooseRecord(exported.thread, stored)
  // A home knows its own files, and cannot be told those that they came from.
  const isTold = (leg: Leg): boolean =>
    target.supports.paths || leg.rollout.fingerprint === leg.stored?.fingerprint
  return (
    compareRecords(record, stored).length === 0 &&
    legs.every(
      (leg) => leg.stored !== null && leg.fromByte === leg.rollout.byteCount && isTold(leg),
    )
  )
}

function settled(exported: ThreadExport, stored: StoredThread): CopyResult {
  const { findings } = chooseRecord(exported.thread, stored)
  const { outcome, held } = alreadyThere(stored)
  if (!exported.live) return { outcome: { ...outcome, findings }, held }
  return { outcome: { ...outcome, findings, status: 'busy', reason: BEING_WRITTEN }, held }
}
