import { createByteHasher } from '../../src/history/digest.js'
import type { RolloutId } from '../../src/protocol/thread-id.js'
import type { ThreadParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { OnRead } from './open-rollout.js'

/** What a store holds of a rollout. */
export interface HeldRollout {
  readonly byteCount: number
  readonly sha256: string
}

/** What a store says that it holds of a thread's rollouts, hashed anew. */
export async function heldRollouts(
  store: ThreadStore,
  params: ThreadParams,
): Promise<Map<RolloutId, HeldRollout>> {
  const { rollouts } = await store.historyDigest(params)
  return new Map(rollouts.map((rollout) => [rollout.rolloutId, rollout]))
}

/** What a store gives out of a thread's rollouts, hashed here. */
export async function readBackRollouts(
  store: ThreadStore,
  params: ThreadParams,
  onRead: OnRead = () => {},
): Promise<Map<RolloutId, HeldRollout>> {
  const held = new Map<RolloutId, HeldRollout>()
  for (const rollout of (await store.exportThread(params)).rollouts) {
    const hasher = createByteHasher()
    for await (const chunk of rollout.read()) {
      hasher.update(chunk)
      onRead(chunk.length)
    }
    held.set(rollout.rolloutId, { byteCount: hasher.byteCount, sha256: hasher.sha256() })
  }
  return held
}
