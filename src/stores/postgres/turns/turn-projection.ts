import type { PostgresSession } from '../../../host/postgres.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import type { Stretch } from '../log/thread-stretches.js'

/** Counted up when turns are folded, or stored, in another way: what was stored before is stale. */
const PROJECTION_VERSION = 1

/** Bytes that are folded at once, at most: what memory holds of the turns in a history. */
export const FOLDED_BYTES_MAX: number = 16 * 1024 * 1024

/** How far a history has been projected into turns. */
export interface TurnProjection {
  /** Which logs were read, apart from how far the last one was. */
  readonly lineage: string
  /** How far. */
  readonly byteCount: number
  /** Whether that is the end of a line. */
  readonly endsLine: boolean
  /** Items before that, from the start of the lineage. */
  readonly itemCount: number
  /** Closed turns. */
  readonly closedCount: number
  /** Whether another turn was open. */
  readonly isOpen: boolean
}

/** Reads what is known of a thread's projection; `null` when there is none. */
export async function findProjection(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
): Promise<TurnProjection | null> {
  const [row] = await session.query<{
    lineage: string
    byte_count: number
    ends_line: boolean
    item_count: number
    closed_count: number
    is_open: boolean
  }>(
    `SELECT lineage, byte_count, ends_line, item_count, closed_count, is_open
      FROM threadstore.turn_projections
      WHERE namespace = $1 AND thread_id = $2::uuid AND version = ${PROJECTION_VERSION}`,
    [namespace, threadId],
  )
  if (row === undefined) return null
  return {
    lineage: row.lineage,
    byteCount: row.byte_count,
    endsLine: row.ends_line,
    itemCount: row.item_count,
    closedCount: row.closed_count,
    isOpen: row.is_open,
  }
}

/** Stores how far a history has been projected, in the place of what was known before. */
export async function replaceProjection(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  projection: TurnProjection,
): Promise<void> {
  await session.query(
    'DELETE FROM threadstore.turn_projections WHERE namespace = $1 AND thread_id = $2::uuid',
    [namespace, threadId],
  )
  const { lineage, byteCount, endsLine, itemCount, closedCount, isOpen } = projection
  await session.query(
    `INSERT INTO threadstore.turn_projections (namespace, thread_id, version, lineage, byte_count,
        ends_line, item_count, closed_count, is_open)
      VALUES ($1, $2::uuid, ${PROJECTION_VERSION}, $3, $4::bigint, $5::boolean, $6::bigint,
        $7::integer, $8::boolean)`,
    [namespace, threadId, lineage, byteCount, endsLine, itemCount, closedCount, isOpen],
  )
}

/** Removes the stored turns of a thread. Whoever lists them folds them anew. */
export async function deleteTurns(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
): Promise<void> {
  for (const table of ['turn_projections', 'turns']) {
    await session.query(
      `DELETE FROM threadstore.${table} WHERE namespace = $1 AND thread_id = $2::uuid`,
      [namespace, threadId],
    )
  }
}

/** Where folding goes on after what a projection holds. */
export interface FoldedUpTo {
  /** The stretch of the history in which it ended, counted from the oldest. */
  readonly stretch: number
  readonly byteCount: number
}

/**
 * Where a projection ends in a history, if it is of the beginning of that history; `null` when it is
 * of another one.
 */
export function placeInHistory(
  { lineage, byteCount, endsLine }: TurnProjection,
  stretches: readonly Stretch[],
): FoldedUpTo | null {
  const logs = parseJson(lineage)
  const stretch = Array.isArray(logs) ? logs.length - 1 : -1
  const end = stretches[stretch]?.toByte
  if (end === undefined || lineageText(stretches, stretch) !== lineage) return null
  return byteCount === end || (endsLine && byteCount < end) ? { stretch, byteCount } : null
}

/**
 * Which logs a history runs through as far as one of its stretches. Bytes are appended to a log or it
 * is replaced by another one, so the logs and where they end say what stands in them.
 */
export function lineageText(stretches: readonly Stretch[], last: number): string {
  const logs = stretches
    .slice(0, last + 1)
    .map(({ logId, toByte }, index) => (index === last ? [logId] : [logId, toByte]))
  return JSON.stringify(logs)
}
