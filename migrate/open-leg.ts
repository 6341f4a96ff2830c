import type { ThreadId } from '../src/protocol/thread-id.js'
import type { ExportedRollout, ThreadExport } from '../src/store/raw-history.js'
import type { StoredRollout, StoredThread } from '../src/store/records.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { classifyRollout } from './classify.js'
import type { CopyContext } from './copy-context.js'
import { openRollout } from './open-rollout.js'

/** A rollout on its way: what is stored of it already, and the rest. */
export interface Leg {
  readonly rollout: ExportedRollout
  readonly fromByte: number
  readonly chunks: AsyncIterable<Uint8Array>
  /** SHA-256 the target has to arrive at, once the bytes were sent; `null` when it was not read. */
  readonly sha256: () => string | null
  readonly close: () => Promise<void>
}

/** Reads what the target has to hold already. A string says why it does not. */
export async function openLeg(
  { target, onRead, signal }: CopyContext,
  { thread: { threadId } }: ThreadExport,
  rollout: ExportedRollout,
  stored: StoredThread | null,
): Promise<Leg | string> {
  const before = stored?.rollouts?.find(({ rolloutId }) => rolloutId === rollout.rolloutId)
  const state = classifyRollout(rollout, before)
  if (state === 'same' && before !== undefined) return finishedLeg(rollout, before)
  if (state === 'different') return differentRollout(rollout, before)
  const fromByte = before?.byteCount ?? 0
  const open = await openRollout(rollout, fromByte, onRead)
  if (before !== undefined) {
    const expected = before.sha256 ?? (await digestOf(target, threadId, rollout.rolloutId, signal))
    if (open.prefixSha256 !== expected) {
      await open.close()
      return `the first ${fromByte} bytes of rollout ${rollout.rolloutId} are not those in the target`
    }
  }
  return { rollout, fromByte, chunks: open.rest, sha256: open.sha256, close: open.close }
}

async function digestOf(
  target: ThreadStore,
  threadId: ThreadId,
  rolloutId: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const digest = await target.historyDigest({ threadId, ...(signal && { signal }) })
  return digest.rollouts.find((rollout) => rollout.rolloutId === rolloutId)?.sha256
}

function differentRollout(rollout: ExportedRollout, before: StoredRollout | undefined): string {
  return rollout.byteCount < (before?.byteCount ?? 0)
    ? `rollout ${rollout.rolloutId} has ${rollout.byteCount} bytes, in the target it has ${before?.byteCount}`
    : `rollout ${rollout.rolloutId} begins elsewhere than in the target`
}

function finishedLeg(rollout: ExportedRollout, before: StoredRollout): Leg {
  async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
  const sha256 = (): string | null => before.sha256
  return { rollout, fromByte: before.byteCount, chunks: nothing(), sha256, close: async () => {} }
}
