import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import type { Abortable } from '../../src/store/params.js'
import type { ExportedRollout, ThreadExport } from '../../src/store/raw-history.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { exportedRollout } from '../copy/exported-rollout.js'
import { type StreamDifference, firstDifference } from './first-difference.js'
import { type HeldRollout, heldRollouts, readBackRollouts } from '../copy/held-rollouts.js'
import { type OnRead, openRollout, prefixSha256 } from '../copy/open-rollout.js'

/**
 * How a rollout of the source compares. `behind`: the target holds an exact prefix; `ahead`: what
 * the target holds begins with it.
 */
export interface RolloutComparison {
  readonly rolloutId: RolloutId
  readonly state: 'equal' | 'behind' | 'ahead' | 'different' | 'missing' | 'foreign'
  readonly sourceBytes: number
  readonly targetBytes: number
  /** SHA-256 of the source's bytes; `null` for a rollout the source does not have. */
  readonly sha256: string | null
  readonly firstDifference: StreamDifference | null
  /** For people; empty when the rollout is equal. */
  readonly reason: string
}

interface CompareContext extends Abortable {
  readonly source: ThreadStore
  readonly target: ThreadStore
  readonly readBack?: boolean
  readonly onRead: OnRead
}

/** Compares the rollouts of a thread by hashing both sides anew. */
export async function compareRollouts(
  context: CompareContext,
  threadId: ThreadId,
): Promise<{ exported: ThreadExport; rollouts: readonly RolloutComparison[] }> {
  const { source, target, readBack, signal } = context
  const params = { threadId, ...(signal && { signal }) }
  const exported = await source.exportThread(params)
  const held = await (readBack ? readBackRollouts : heldRollouts)(target, params)
  const rollouts: RolloutComparison[] = []
  for (const rollout of exported.rollouts) {
    rollouts.push(await compareRollout(context, threadId, rollout, held.get(rollout.rolloutId)))
    held.delete(rollout.rolloutId)
  }
  for (const [rolloutId, { byteCount }] of held) rollouts.push(foreign(rolloutId, byteCount))
  return { exported, rollouts }
}

async function compareRollout(
  context: CompareContext,
  threadId: ThreadId,
  rollout: ExportedRollout,
  held: HeldRollout | undefined,
): Promise<RolloutComparison> {
  const { rolloutId, byteCount: sourceBytes } = rollout
  const targetBytes = held?.byteCount ?? 0
  const open = await openRollout(rollout, Math.min(targetBytes, sourceBytes), context.onRead)
  for await (const _ of open.rest) context.signal?.throwIfAborted()
  const facts = {
    rolloutId,
    sourceBytes,
    targetBytes,
    sha256: open.sha256(),
    firstDifference: null,
  }
  if (held === undefined) {
    return { ...facts, state: 'missing', reason: `rollout ${rolloutId} is missing` }
  }
  const isPrefix = open.prefixSha256 === held.sha256 && targetBytes <= sourceBytes
  if (isPrefix && targetBytes === sourceBytes) return { ...facts, state: 'equal', reason: '' }
  if (isPrefix) {
    const reason = `rollout ${rolloutId} lacks its last ${sourceBytes - targetBytes} bytes`
    return { ...facts, state: 'behind', reason }
  }
  // Only asked for when something is wrong, so that a proof does not pay.
  const { target, signal } = context
  const inTarget = await exportedRollout(target, { threadId, ...(signal && { signal }) }, rolloutId)
  if (inTarget !== null && targetBytes > sourceBytes) {
    const prefix = await prefixSha256(inTarget, sourceBytes)
    if (prefix === facts.sha256) {
      const reason = `rollout ${rolloutId} went on in the target by ${targetBytes - sourceBytes} bytes`
      return { ...facts, state: 'ahead', reason }
    }
  }
  const difference = inTarget && (await firstDifference(rollout.read(), inTarget.read()))
  const at =
    difference === null ? '' : ` from byte ${difference.offset} on, in line ${difference.line}`
  const reason = `rollout ${rolloutId} holds other bytes${at}`
  return { ...facts, firstDifference: difference, state: 'different', reason }
}

function foreign(rolloutId: RolloutId, targetBytes: number): RolloutComparison {
  return {
    rolloutId,
    state: 'foreign',
    sourceBytes: 0,
    targetBytes,
    sha256: null,
    firstDifference: null,
    reason: `rollout ${rolloutId} is only in the target`,
  }
}
