import type { ThreadParams } from '../../store/params.js'
import type { ExportedRollout, ThreadExport } from '../../store/raw-history.js'
import { bareThread } from '../../store/records.js'
import { lateReads } from './driver/late-reads.js'
import type { PostgresContext } from './postgres-context.js'
import { type RolloutRow, rolloutsOf } from './rows/rollout-row.js'
import { readLog } from './rows/segment-rows.js'
import { visibleThread } from './rows/thread-row.js'
import { findWriter } from './writers/writer-lease.js'

/** A thread on its way out. Bytes are read when they are asked for, a few segments at a time. */
export async function exportThread(
  context: PostgresContext,
  { threadId }: ThreadParams,
): Promise<ThreadExport> {
  const { driver, namespace } = context
  return driver.transaction('read', async (session) => {
    const which = { threadId, includeArchived: true }
    const { record, rolloutId } = await visibleThread(session, namespace, which)
    const rollouts = await rolloutsOf(session, namespace, threadId)
    return {
      thread: bareThread(record),
      rollouts: rollouts.map((rollout) => exportedRollout(context, rollout)),
      live: (await findWriter(context, session, rolloutId)) !== null,
    }
  })
}

function exportedRollout(
  context: PostgresContext,
  { rolloutId, base, file, fingerprint, byteCount, logId }: RolloutRow,
): ExportedRollout {
  const read = (fromByte = 0): AsyncIterable<Uint8Array> =>
    readLog(lateReads(context), context.namespace, { logId, fromByte, toByte: byteCount })
  return { rolloutId, base, file, fingerprint, byteCount, read }
}
