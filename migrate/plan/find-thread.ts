import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadParams } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** A thread with what its store knows of its rollouts, or `null` when the store has no such thread. */
export async function findThread(
  store: ThreadStore,
  params: ThreadParams,
): Promise<StoredThread | null> {
  try {
    return await store.readThread({
      ...params,
      includeArchived: true,
      includeRollouts: store.supports.rawHistory,
    })
  } catch (error) {
    if (ThreadStoreError.is(error, 'THREAD_NOT_FOUND')) return null
    throw error
  }
}
