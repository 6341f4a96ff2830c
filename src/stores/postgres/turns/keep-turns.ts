import type { ThreadId } from '../../../protocol/thread-id.js'
import type { PostgresContext } from '../postgres-context.js'
import { type ProjectedTurns, projectedTurns, turnsToFold } from './projected-turns.js'
import { findThread } from '../rows/thread-row.js'
import { FOLDED_BYTES_MAX, findProjection, replaceProjection } from './turn-projection.js'
import { insertTurns } from '../rows/turn-row.js'

/**
 * Stores turns, unless somebody else has stored others meanwhile. What is stored says which bytes it is
 * of, so that it is never taken for more than that.
 */
export async function keepTurns(
  { driver, namespace }: PostgresContext,
  { threadId, stored, now, storedCount, changed }: ProjectedTurns,
): Promise<void> {
  await driver.transaction('write', async (session) => {
    // The lock makes others wait who store turns of the thread, or delete it.
    if ((await findThread(session, namespace, threadId, 'FOR UPDATE')) === null) return
    const found = stored && (await findProjection(session, namespace, threadId))
    if (stored !== null && JSON.stringify(found) !== JSON.stringify(stored)) return
    await session.query(
      `DELETE FROM threadstore.turns WHERE namespace = $1 AND thread_id = $2::uuid
        AND (position >= $3::integer OR position = ANY($4::text[]::integer[]))`,
      [namespace, threadId, storedCount, changed.map(({ index }) => String(index))],
    )
    await insertTurns(session, namespace, threadId, changed)
    await replaceProjection(session, namespace, threadId, now)
  })
}

/**
 * Brings the stored turns of a thread up to date; says whether that was to be done.
 * @param bytesMax - with more than this to read it is left to whoever lists the turns
 */
export async function refreshTurns(
  context: PostgresContext,
  threadId: ThreadId,
  bytesMax: number = Infinity,
): Promise<boolean> {
  const { driver, namespace, projectsTurns } = context
  if (!projectsTurns) return false
  for (let refreshed = false; ; refreshed = true) {
    const turns = await driver.transaction('read', async (session) => {
      const thread = await findThread(session, namespace, threadId)
      const toFold = thread && (await turnsToFold(session, namespace, thread))
      if (toFold === null || toFold.byteCount > bytesMax) return null
      return projectedTurns(session, namespace, toFold, FOLDED_BYTES_MAX)
    })
    if (turns === null || turns.now === turns.stored) return refreshed
    await keepTurns(context, turns)
    if (turns.isWhole) return true
  }
}
