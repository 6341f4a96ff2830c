import { missingBase } from '../../store/errors.js'
import { requireInLineage, resolveLineage } from '../../store/lineage.js'
import type { RevertThreadParams } from '../../store/params.js'
import { type StoredThread, bareThread } from '../../store/records.js'
import { beginRollout } from './log/begin-rollout.js'
import { placeBase } from './log/place-base.js'
import type { PostgresContext } from './postgres-context.js'
import { findRollout, lineageOf } from './rows/rollout-row.js'
import { replaceThread, visibleThread } from './rows/thread-row.js'
import { requireNoWriter } from './writers/writer-lease.js'

/** Hides what follows a position of the thread's own history behind a new rollout. */
export async function revertThread(
  context: PostgresContext,
  { threadId, base }: RevertThreadParams,
): Promise<StoredThread> {
  const { driver, namespace, ids } = context
  return driver.transaction('write', async (session) => {
    const which = { threadId, includeArchived: true }
    const { record, rolloutId: before } = await visibleThread(
      session,
      namespace,
      which,
      'FOR UPDATE',
    )
    const current = await findRollout(session, namespace, before, 'FOR UPDATE')
    if (current === null) throw missingBase(threadId, before)
    await requireNoWriter(context, session, { threadId, rolloutId: before })
    const position = await placeBase(session, namespace, base)
    const lineage = await lineageOf(session, namespace, before)
    const stretches = resolveLineage(threadId, before, (id) => lineage.get(id)?.base)
    requireInLineage(threadId, position, stretches)
    const rolloutId = ids.newThreadId()
    await beginRollout(context, session, { rolloutId, record, base: position })
    await replaceThread(session, namespace, { record, rolloutId })
    return bareThread(record)
  })
}
