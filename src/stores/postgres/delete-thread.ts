import type { PostgresSession } from '../../host/postgres.js'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import { threadReferenced } from '../../store/errors.js'
import type { ThreadParams } from '../../store/params.js'
import type { PostgresContext } from './postgres-context.js'
import { rolloutsOf } from './rows/rollout-row.js'
import { deleteTurns } from './turns/turn-projection.js'
import { visibleThread } from './rows/thread-row.js'
import { requireNoWriter } from './writers/writer-lease.js'

/** Removes a thread and everything that is stored of it. */
export async function deleteThread(
  context: PostgresContext,
  { threadId }: ThreadParams,
): Promise<void> {
  const { driver, namespace, projectsTurns } = context
  await driver.transaction('write', async (session) => {
    const which = { threadId, includeArchived: true }
    const { rolloutId } = await visibleThread(session, namespace, which, 'FOR UPDATE')
    // Whoever is about to begin a rollout from one of these waits for the lock, or we for them.
    const own = await rolloutsOf(session, namespace, threadId, 'FOR UPDATE')
    await requireNoWriter(context, session, { threadId, rolloutId })
    const rolloutIds = own.map((rollout) => rollout.rolloutId)
    await requireUnreferenced(session, namespace, threadId, rolloutIds)
    await deleteRollouts(session, namespace, rolloutIds)
    if (projectsTurns) await deleteTurns(session, namespace, threadId)
    await session.query(
      'DELETE FROM threadstore.threads WHERE namespace = $1 AND thread_id = $2::uuid',
      [namespace, threadId],
    )
  })
}

async function requireUnreferenced(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  rolloutIds: readonly RolloutId[],
): Promise<void> {
  const [other] = await session.query<{ thread_id: string }>(
    `SELECT thread_id::text FROM threadstore.rollouts WHERE namespace = $1
      AND base_rollout_id = ANY($2::text[]::uuid[]) AND thread_id <> $3::uuid LIMIT 1`,
    [namespace, rolloutIds, threadId],
  )
  if (other) throw threadReferenced(threadId, other.thread_id)
}

async function deleteRollouts(
  session: PostgresSession,
  namespace: string,
  rolloutIds: readonly RolloutId[],
): Promise<void> {
  await session.query(
    `DELETE FROM threadstore.segments s USING threadstore.rollouts r
      WHERE r.namespace = $1 AND r.rollout_id = ANY($2::text[]::uuid[])
        AND s.namespace = $1 AND s.log_id = r.log_id`,
    [namespace, rolloutIds],
  )
  await session.query(
    'DELETE FROM threadstore.rollouts WHERE namespace = $1 AND rollout_id = ANY($2::text[]::uuid[])',
    [namespace, rolloutIds],
  )
}
