import type { ThreadId } from '../../protocol/thread-id.js'
import { type StoredThread, type ThreadRecord, bareThread } from '../../store/records.js'
import type { PostgresContext } from './postgres-context.js'
import { replaceThread, visibleThread } from './rows/thread-row.js'

/** Changes a record under its lock, so that changes made at once all take effect. */
export async function changeRecord(
  { driver, namespace }: PostgresContext,
  which: { readonly threadId: ThreadId; readonly includeArchived?: boolean },
  change: (record: ThreadRecord) => ThreadRecord,
  contended: boolean,
): Promise<StoredThread> {
  return driver.transaction('write', async (session) => {
    // On another server, whoever waits for a row finds that it has changed, and has to begin again.
    // Those who wait here, before they look, do not.
    if (contended) {
      await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${namespace} ${which.threadId}`,
      ])
    }
    const { record, rolloutId } = await visibleThread(session, namespace, which, 'FOR UPDATE')
    const changed = change(record)
    await replaceThread(session, namespace, { record: changed, rolloutId })
    return bareThread(changed)
  })
}
