import { writerLost } from '../../store/errors.js'
import { refreshTurns } from './turns/keep-turns.js'
import type { LiveWriter } from './writers/live-writer.js'
import { mergeSmallSegments } from './log/merge-segments.js'
import type { PostgresContext } from './postgres-context.js'
import { findRollout } from './rows/rollout-row.js'
import { releaseLease } from './writers/writer-lease.js'

/** Bytes that a shutdown reads to bring the stored turns up to date, at most. */
const PROJECTED_BYTES_MAX = 8 * 1024 * 1024

/** Gives a writer's lease back, and tidies its log. */
export async function shutdownThread(context: PostgresContext, writer: LiveWriter): Promise<void> {
  const { driver, namespace } = context
  const { threadId, rolloutId } = writer.target
  await driver.transaction('write', async (session) => {
    const rollout = await findRollout(session, namespace, rolloutId, 'FOR UPDATE')
    const isReleased = await releaseLease(session, namespace, writer.target)
    if (rollout === null || !isReleased) throw writerLost(threadId)
    await mergeSmallSegments(session, namespace, rollout.logId)
  })
  // The thread is shut down whether or not its turns can be stored now.
  await refreshTurns(context, threadId, PROJECTED_BYTES_MAX).catch(() => undefined)
}

/** Gives a writer's lease back, if it still has it, and does nothing else. */
export async function discardThread(
  { driver, namespace }: PostgresContext,
  writer: LiveWriter,
): Promise<void> {
  await releaseLease(driver, namespace, writer.target)
}
