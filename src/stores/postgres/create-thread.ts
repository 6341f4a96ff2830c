import { isoMillis } from '../../host/clock.js'
import { threadExists } from '../../store/errors.js'
import { newThreadRecord } from '../../store/new-record.js'
import type { CreateThreadParams } from '../../store/params.js'
import { beginRollout } from './log/begin-rollout.js'
import { LiveWriter } from './writers/live-writer.js'
import { placeBase } from './log/place-base.js'
import type { PostgresContext } from './postgres-context.js'
import { findThread, insertThread } from './rows/thread-row.js'
import { type HandleIdentity, requireNoWriter, takeLease } from './writers/writer-lease.js'

/** Stores a new thread and opens its writer. */
export async function createThread(
  context: PostgresContext,
  handle: HandleIdentity,
  create: CreateThreadParams,
): Promise<LiveWriter> {
  const { driver, namespace, clock } = context
  const { threadId } = create
  const record = newThreadRecord(create, isoMillis(clock.now()))
  const rolloutId = threadId
  return driver.transaction('write', async (session) => {
    const found = await findThread(session, namespace, threadId, 'FOR UPDATE')
    if (found !== null) {
      await requireNoWriter(context, session, { threadId, rolloutId: found.rolloutId })
      throw threadExists(threadId)
    }
    const base = create.base ? await placeBase(session, namespace, create.base) : null
    if (!(await insertThread(session, namespace, { record, rolloutId }))) {
      // Another handle was faster; its writer is open.
      throw threadExists(threadId)
    }
    const end = await beginRollout(context, session, { rolloutId, record, base, create })
    const token = await takeLease(session, namespace, rolloutId, handle)
    const { historyMode } = record
    const target = { threadId, rolloutId, historyMode, writer: handle.key, token }
    return new LiveWriter(context, target, end)
  })
}
