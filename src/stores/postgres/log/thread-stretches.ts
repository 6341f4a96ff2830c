import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import { missingBase } from '../../../store/errors.js'
import { resolveLineage } from '../../../store/lineage.js'
import { type RolloutRow, lineageOf } from '../rows/rollout-row.js'
import type { ThreadRow } from '../rows/thread-row.js'

/** The beginning of a log that a thread's history runs through. */
export interface Stretch {
  readonly rolloutId: RolloutId
  readonly logId: string
  readonly toByte: number
}

/** What a thread's history runs through, oldest first; the last one is its current rollout. */
export interface ThreadStretches {
  readonly stretches: readonly Stretch[]
  readonly current: RolloutRow
}

/** Finds the logs of a thread's history. A base that is missing is an error, never a shorter history. */
export async function stretchesOf(
  session: PostgresSession,
  namespace: string,
  { record: { threadId }, rolloutId }: ThreadRow,
): Promise<ThreadStretches> {
  const lineage = await lineageOf(session, namespace, rolloutId)
  const found = (id: RolloutId): RolloutRow => {
    const rollout = lineage.get(id)
    if (rollout === undefined) throw missingBase(threadId, id)
    return rollout
  }
  const segments = resolveLineage(threadId, rolloutId, (id) => lineage.get(id)?.base)
  const stretches = segments.map((segment) => {
    const { logId, byteCount } = found(segment.rolloutId)
    const toByte = Math.min(byteCount, segment.end?.endByteOffset ?? byteCount)
    return { rolloutId: segment.rolloutId, logId, toByte }
  })
  return { stretches, current: found(rolloutId) }
}
