import type { ThreadId } from '../../protocol/thread-id.js'
import { type StoredThread, type ThreadRecord, bareThread } from '../../store/records.js'
import type { PostgresContext } from './postgres-context.js'
import { replaceThread, visibleThread } from './thread-row.js'

/** Changes a record under its lock, so that changes made at once all take effect. */
export async function changeRecord(
  { driver, namespace }: PostgresContext,
  which: { readonly threadId: ThreadId; readonly includeArchived?: boolean },
  change: (record: ThreadRecord) => ThreadRecord,
): Promise<StoredThread> {
  return driver.transaction('write', async (session) => {
    const { record, rolloutId } = await visibleThread(session, namespace, which, 'FOR UPDATE')
    const changed = change(record)
    await replaceThread(session, namespace, { record: changed, rolloutId })
    return bareThread(changed)
  })
}
