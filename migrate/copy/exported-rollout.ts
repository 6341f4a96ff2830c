import type { RolloutId } from '../../src/protocol/thread-id.js'
import type { ThreadParams } from '../../src/store/params.js'
import type { ExportedRollout } from '../../src/store/raw-history.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** A rollout as a store gives it out; `null` where the thread does not have it. */
export async function exportedRollout(
  store: ThreadStore,
  params: ThreadParams,
  rolloutId: RolloutId,
): Promise<ExportedRollout | null> {
  const { rollouts } = await store.exportThread(params)
  return rollouts.find((rollout) => rollout.rolloutId === rolloutId) ?? null
}
