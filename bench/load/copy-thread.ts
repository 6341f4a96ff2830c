import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** Copies a thread that is not stored in the target yet, with the bytes of all its rollouts. */
export async function copyThread(
  from: ThreadStore,
  to: ThreadStore,
  threadId: ThreadId,
): Promise<void> {
  const { thread, rollouts } = await from.exportThread({ threadId })
  await to.importThread({
    thread,
    rollouts: rollouts.map((rollout) => ({
      rolloutId: rollout.rolloutId,
      base: rollout.base,
      file: rollout.file,
      fingerprint: rollout.fingerprint,
      fromByte: 0,
      chunks: rollout.read(),
    })),
  })
}
