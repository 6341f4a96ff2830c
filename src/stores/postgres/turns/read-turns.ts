import type { PostgresSession } from '../../../host/postgres.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { keepTurns } from './keep-turns.js'
import type { PostgresContext } from '../postgres-context.js'
import {
  type ProjectedTurns,
  type TurnsToFold,
  projectedTurns,
  turnsToFold,
} from './projected-turns.js'
import { visibleThread } from '../rows/thread-row.js'
import { FOLDED_BYTES_MAX } from './turn-projection.js'
import { findWriter } from '../writers/writer-lease.js'

/** Bytes since the last projection, beyond which a reader leaves a newer one behind. */
const WORTH_KEEPING_BYTES = 64 * 1024

/** Whose turns are read. */
interface TurnsOf {
  readonly threadId: ThreadId
  readonly includeArchived?: boolean
}

/**
 * Reads from the turns of a thread, all of one point in time. A long history that was not projected
 * yet is folded and stored piece by piece first, so that memory holds no more than a piece of it.
 */
export async function readTurns<T>(
  context: PostgresContext,
  which: TurnsOf,
  read: (session: PostgresSession, turns: ProjectedTurns) => Promise<T>,
  foldedBytesMax: number = FOLDED_BYTES_MAX,
): Promise<T> {
  const { driver, namespace } = context
  let left = Infinity
  let bytesMax = foldedBytesMax
  for (;;) {
    const { answer, kept, byteCount } = await driver.transaction('read', async (session) => {
      const thread = await visibleThread(session, namespace, which)
      const toFold = await turnsToFold(session, namespace, thread)
      // Whoever may not store turns, or finds that they do not stay, folds in one go.
      if (toFold.byteCount >= left) bytesMax = Infinity
      const turns = await projectedTurns(session, namespace, toFold, bytesMax)
      return {
        answer: turns.isWhole ? { value: await read(session, turns) } : null,
        kept: (await isWorthKeeping(context, session, toFold)) ? turns : null,
        byteCount: toFold.byteCount,
      }
    })
    // Whoever may only read, or is in somebody's way, has the answer all the same.
    if (kept !== null) await keepTurns(context, kept).catch(() => undefined)
    if (answer !== null) return answer.value
    left = byteCount
  }
}

/** Whether folded turns should be stored: not after every few items of a thread that is written. */
async function isWorthKeeping(
  context: PostgresContext,
  session: PostgresSession,
  { stored, byteCount, source }: TurnsToFold,
): Promise<boolean> {
  if (stored === null || byteCount >= WORTH_KEEPING_BYTES) return true
  if (byteCount === 0) return false
  return (await findWriter(context, session, source.current.rolloutId)) === null
}
