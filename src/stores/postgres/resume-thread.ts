import { missingBase } from '../../store/errors.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import type { ResumeThreadParams } from '../../store/params.js'
import { LiveWriter } from './writers/live-writer.js'
import type { PostgresContext } from './postgres-context.js'
import { findRollout } from './rows/rollout-row.js'
import { visibleThread } from './rows/thread-row.js'
import { type HandleIdentity, requireNoWriter, takeLease } from './writers/writer-lease.js'

/** Opens a writer on a stored thread, taking over one whose handle is gone. */
export async function resumeThread(
  context: PostgresContext,
  handle: HandleIdentity,
  resume: ResumeThreadParams,
): Promise<LiveWriter> {
  const { driver, namespace } = context
  const { threadId } = resume
  return driver.transaction('write', async (session) => {
    const { record, rolloutId } = await visibleThread(session, namespace, resume, 'FOR UPDATE')
    const rollout = await findRollout(session, namespace, rolloutId, 'FOR UPDATE')
    if (rollout === null) throw missingBase(threadId, rolloutId)
    await requireNoWriter(context, session, { threadId, rolloutId })
    requireKnownHistoryMode(record)
    const token = await takeLease(session, namespace, rolloutId, handle)
    const { historyMode } = record
    const target = { threadId, rolloutId, historyMode, writer: handle.key, token }
    return new LiveWriter(context, target, rollout)
  })
}
