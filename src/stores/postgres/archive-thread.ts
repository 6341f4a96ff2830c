import { isoMillis } from '../../host/clock.js'
import { notArchived } from '../../store/errors.js'
import type { ThreadParams } from '../../store/params.js'
import type { StoredThread, ThreadRecord } from '../../store/records.js'
import { changeRecord } from './change-record.js'
import type { PostgresContext } from './postgres-context.js'

/** Takes a thread out of ordinary listings. */
export async function archiveThread(
  context: PostgresContext,
  { threadId }: ThreadParams,
  contended: boolean,
): Promise<void> {
  const archivedAt = isoMillis(context.clock.now())
  await changeRecord(context, { threadId }, (record) => ({ ...record, archivedAt }), contended)
}

/** Puts an archived thread back, where recent ones are. */
export async function unarchiveThread(
  context: PostgresContext,
  { threadId }: ThreadParams,
  contended: boolean,
): Promise<StoredThread> {
  const updatedAt = isoMillis(context.clock.now())
  const change = (record: ThreadRecord): ThreadRecord => {
    if (record.archivedAt === null) throw notArchived(threadId)
    return { ...record, archivedAt: null, updatedAt }
  }
  return changeRecord(context, { threadId, includeArchived: true }, change, contended)
}
