import type { ThreadId } from '../../../protocol/thread-id.js'
import { ThreadStoreError } from '../../../store/errors.js'
import type { ThreadStore } from '../../../store/thread-store.js'
import type { LogEnd } from '../wire.js'

/**
 * Where the current rollout of a thread ends; `null` where the store cannot tell. A client that has
 * lost its server compares it with what it knows, to find out whether an append took place.
 */
export async function logEndOf(store: ThreadStore, threadId: ThreadId): Promise<LogEnd | null> {
  if (!store.supports.rawHistory) return null
  try {
    const read = { threadId, includeArchived: true, includeRollouts: true }
    const current = (await store.readThread(read)).rollouts?.at(-1)
    if (current === undefined) return null
    const itemCount = current.itemCount ?? (await countItems(store, threadId))
    return itemCount === null ? null : { rolloutId: current.rolloutId, itemCount }
  } catch (reason) {
    // The thread is open by now; that it cannot be measured must not be told as if it were not.
    if (ThreadStoreError.is(reason)) return null
    throw reason
  }
}

async function countItems(store: ThreadStore, threadId: ThreadId): Promise<number | null> {
  const { rollouts } = await store.historyDigest({ threadId })
  return rollouts.at(-1)?.itemCount ?? null
}
