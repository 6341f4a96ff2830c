import { isDeepStrictEqual } from 'node:util'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ExportedRollout } from '../../src/store/raw-history.js'
import type { StoredRollout } from '../../src/store/records.js'
import { classifyRollout } from '../plan/classify.js'
import type { CopyContext } from './copy-context.js'
import { exportedRollout } from './exported-rollout.js'
import { heldRollouts } from './held-rollouts.js'
import { openRollout, prefixSha256 } from './open-rollout.js'

/** A rollout on its way: what is stored of it already, and the rest. */
export interface Leg {
  readonly rollout: ExportedRollout
  /** What the target has of it. */
  readonly stored: StoredRollout | null
  readonly fromByte: number
  readonly chunks: AsyncIterable<Uint8Array>
  /** SHA-256 the target has to arrive at, once the bytes were sent; `null` when it was not read. */
  readonly sha256: () => string | null
  readonly close: () => Promise<void>
}

/**
 * Why a rollout does not simply go on from what the target holds. `ahead`: the target holds all of
 * it and more; `rewritten`: other bytes, while the target's are as they were imported; `diverged`:
 * other bytes, and nobody can say which are newer.
 */
export interface Obstacle {
  readonly relation: 'ahead' | 'rewritten' | 'diverged'
  readonly rollout: ExportedRollout
  readonly reason: string
}

/** Reads what the target has to hold already, and says where it does not. */
export async function openLeg(
  context: CopyContext,
  threadId: ThreadId,
  rollout: ExportedRollout,
  stored: StoredRollout | null,
): Promise<Leg | Obstacle> {
  const { rolloutId } = rollout
  if (stored === null) return freshLeg(context, rollout, null)
  const state = classifyRollout(rollout, stored)
  if (state === 'same') return finishedLeg(rollout, stored)
  if (!isDeepStrictEqual(rollout.base, stored.base)) {
    return { relation: 'diverged', rollout, reason: `rollout ${rolloutId} begins elsewhere` }
  }
  const { byteCount } = stored
  if (rollout.byteCount < byteCount) return await openShorter(context, threadId, rollout, stored)
  const held = await storedSha256(context, threadId, stored)
  const open = await openRollout(rollout, byteCount, context.onRead)
  if (open.prefixSha256 !== held) {
    await open.close()
    return otherBytes(rollout, stored)
  }
  const { rest, sha256, close } = open
  return { rollout, stored, fromByte: byteCount, chunks: rest, sha256, close }
}

/** A leg that sends a rollout from its first byte on, whatever is stored of it. */
export async function freshLeg(
  { onRead }: Pick<CopyContext, 'onRead'>,
  rollout: ExportedRollout,
  stored: StoredRollout | null,
): Promise<Leg> {
  const { rest, sha256, close } = await openRollout(rollout, 0, onRead)
  return { rollout, stored, fromByte: 0, chunks: rest, sha256, close }
}

/** The source has less than the target: an earlier state of the same rollout, or another one. */
async function openShorter(
  { target, onRead, signal }: CopyContext,
  threadId: ThreadId,
  rollout: ExportedRollout,
  stored: StoredRollout,
): Promise<Obstacle> {
  const params = { threadId, ...(signal && { signal }) }
  const twin = await exportedRollout(target, params, rollout.rolloutId)
  const { byteCount } = rollout
  const held = twin && (await prefixSha256(twin, byteCount))
  const read = await prefixSha256(rollout, byteCount)
  onRead(byteCount)
  if (held !== read) return otherBytes(rollout, stored)
  const more = stored.byteCount - byteCount
  const reason = `the target holds all of rollout ${rollout.rolloutId}, and ${more} bytes more`
  return { relation: 'ahead', rollout, reason }
}

/** A store keeps the fingerprint of an import only as long as nobody appended to it. */
function otherBytes(rollout: ExportedRollout, stored: StoredRollout): Obstacle {
  const { rolloutId } = rollout
  const relation = stored.fingerprint === null ? 'diverged' : 'rewritten'
  const reason = `rollout ${rolloutId} does not begin with the ${stored.byteCount} bytes in the target`
  return { relation, rollout, reason }
}

/** SHA-256 of what the target has of a rollout, which it is asked for where it keeps none. */
export async function storedSha256(
  { target, signal }: Pick<CopyContext, 'target' | 'signal'>,
  threadId: ThreadId,
  { rolloutId, sha256 }: StoredRollout,
): Promise<string | null> {
  if (sha256 !== null) return sha256
  const held = await heldRollouts(target, { threadId, ...(signal && { signal }) })
  return held.get(rolloutId)?.sha256 ?? null
}

function finishedLeg(rollout: ExportedRollout, stored: StoredRollout): Leg {
  async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
  const sha256 = (): string | null => stored.sha256
  const close = async (): Promise<void> => {}
  return { rollout, stored, fromByte: stored.byteCount, chunks: nothing(), sha256, close }
}
