import { isoMillis } from '../../host/clock.js'
import { notArchived } from '../../store/errors.js'
import type { ThreadParams } from '../../store/params.js'
import type { StoredThread } from '../../store/records.js'
import { changeRecord } from './change-record.js'
import type { PostgresContext } from './postgres-context.js'

/** Takes a thread out of ordinary listings. */
export async function archiveThread(
  context: PostgresContext,
  { threadId }: ThreadParams,
): Promise<void> {
  const archivedAt = isoMillis(context.clock.now())
  await changeRecord(context, { threadId }, (record) => ({ ...record, archivedAt }))
}

/** Puts an archived thread back, where recent ones are. */
export async function unarchiveThread(
  context: PostgresContext,
  { threadId }: ThreadParams,
): Promise<StoredThread> {
  const updatedAt = isoMillis(context.clock.now())
  return changeRecord(context, { threadId, includeArchived: true }, (record) => {
    if (record.archivedAt === null) throw notArchived(threadId)
    return { ...record, archivedAt: null, updatedAt }
  })
}
