import type { StoredThread } from '../../src/store/records.js'
import { compareText } from '../../src/store/thread-filter.js'
import type { CopyContext } from './copy-context.js'
import { keepCopy } from './keep-copy.js'
import { freshLeg, type Leg, type Obstacle } from './open-leg.js'
import { alreadyThere, type CopyResult, unsent } from '../runs/outcome.js'
import { sendThread, sumOf } from './send-thread.js'
import type { TwoSides } from './two-sides.js'

/** The outcome of a thread that the target has all of, and more. */
export function aheadOf(stored: StoredThread, obstacles: readonly Obstacle[]): CopyResult {
  const { threadId } = stored
  const message = obstacles.map(({ reason }) => reason).join('; ') || 'the target has more rollouts'
  const { outcome, held } = alreadyThere(stored)
  return { outcome: { ...outcome, findings: [{ code: 'TARGET_AHEAD', threadId, message }] }, held }
}

/** Deals with a thread that went different ways, as the policy says. Nothing of it is lost. */
export async function resolveConflict(context: CopyContext, sides: TwoSides): Promise<CopyResult> {
  const { exported, stored, obstacles } = sides
  const { threadId } = stored
  const reason = obstacles.map((obstacle) => obstacle.reason).join('; ') || 'both sides went on'
  switch (context.onConflict) {
    case 'fail':
    case 'skip':
      return { outcome: unsent(threadId, 'conflict', reason), held: null }
    case 'keep-both':
      return await keepBoth(context, sides, reason)
    case 'newer': {
      const isNewer = compareText(exported.thread.updatedAt, stored.updatedAt) > 0
      return isNewer ? await takeSource(context, sides) : await keepBoth(context, sides, reason)
    }
  }
}

/** The target's thread stays; the source's is put beside it under an id of its own. */
async function keepBoth(
  context: CopyContext,
  { exported, stored }: TwoSides,
  reason: string,
): Promise<CopyResult> {
  const { threadId } = stored
  const copy = await keepCopy(context, exported, { archived: false, why: reason })
  const message = `the source's thread is kept as ${copy.threadId}: ${reason}`
  const finding = { code: 'KEPT_BOTH', threadId, message } as const
  return {
    outcome: {
      ...unsent(threadId, copy.rollouts.length > 0 ? 'proven' : 'already', null),
      ...sumOf(copy.rollouts),
      rollouts: copy.rollouts,
      findings: [finding],
    },
    held: null,
  }
}

/** The source's thread takes the place of the target's, which is kept beside it. */
async function takeSource(context: CopyContext, sides: TwoSides): Promise<CopyResult> {
  const { exported, stored, legs } = sides
  const { threadId } = stored
  const theirs = await context.target.exportThread({ threadId })
  const copy = await keepCopy(context, theirs, {
    archived: true,
    why: 'the source has a newer one',
  })
  const fresh: Leg[] = []
  for (const rollout of exported.rollouts) {
    const twin = stored.rollouts?.find(({ rolloutId }) => rolloutId === rollout.rolloutId)
    fresh.push(await freshLeg(context, rollout, twin ?? null))
  }
  legs.push(...fresh)
  const { outcome, held } = await sendThread(context, exported, stored, fresh)
  const message = `the target's thread was older and is kept as ${copy.threadId}`
  const finding = { code: 'KEPT_BOTH', threadId, message } as const
  return { outcome: { ...outcome, findings: [finding, ...outcome.findings] }, held }
}
