import type { ReadThreadParams } from '../../store/params.js'
import type { StoredThread } from '../../store/records.js'
import { loadHistory } from './load-history.js'
import type { PostgresContext } from './postgres-context.js'
import { rolloutsOf, storedRollout } from './rows/rollout-row.js'
import { visibleThread } from './rows/thread-row.js'

/** Reads a thread and what was asked for with it, all of one point in time. */
export async function readThread(
  { driver, namespace }: PostgresContext,
  read: ReadThreadParams,
): Promise<StoredThread> {
  const { threadId, includeHistory = false, includeRollouts = false } = read
  if (!includeHistory && !includeRollouts) {
    const { record } = await visibleThread(driver, namespace, read)
    return { ...record, history: null, rollouts: null }
  }
  return driver.transaction('read', async (session) => {
    const thread = await visibleThread(session, namespace, read)
    const rollouts = includeRollouts ? await rolloutsOf(session, namespace, threadId) : null
    return {
      ...thread.record,
      history: includeHistory ? await loadHistory(session, namespace, thread) : null,
      rollouts: rollouts && rollouts.map(storedRollout),
    }
  })
}
