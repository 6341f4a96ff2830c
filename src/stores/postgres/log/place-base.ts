import type { PostgresSession } from '../../../host/postgres.js'
import type { HistoryPosition } from '../../../protocol/rollout-item.js'
import { locateBase, positionOfBase } from '../../../store/lineage.js'
import type { HistoryBase } from '../../../store/params.js'
import { type RolloutRow, findRollout, lineageOf } from '../rows/rollout-row.js'
import { createLogScan } from './scan-log.js'
import { readLog } from '../rows/segment-rows.js'

/**
 * The position that a base means. The rollout it is in cannot be deleted before the transaction
 * ends.
 */
export async function placeBase(
  session: PostgresSession,
  namespace: string,
  base: HistoryBase,
): Promise<HistoryPosition> {
  const lineage = await lineageOf(session, namespace, base.rolloutId)
  const rolloutId = locateBase(base, (id) => lineage.get(id))
  // Rows read before the lock may be gone by now.
  const rollout = await findRollout(session, namespace, rolloutId, 'FOR KEY SHARE')
  const byteOffset = rollout && (await byteOffsetOf(session, namespace, rollout, base))
  return positionOfBase(base, rolloutId, byteOffset)
}

/** Where the item of an ordinal begins; `null`: nowhere. */
async function byteOffsetOf(
  session: PostgresSession,
  namespace: string,
  { rolloutId, logId, byteCount, endOrdinal }: RolloutRow,
  { endOrdinalExclusive: ordinal }: HistoryBase,
): Promise<number | null> {
  if (ordinal === endOrdinal) return byteCount
  const start = await segmentBefore(session, namespace, logId, ordinal)
  if (start === null) return null
  const range = { logId, fromByte: start.first_byte, toByte: byteCount }
  let next = start.first_ordinal
  let found: number | null = null
  const scan = createLogScan(rolloutId, (own, offset) => {
    const current = own ?? next
    if (current === ordinal) found ??= start.first_byte + offset
    next = current + 1
  })
  for await (const bytes of readLog(session, namespace, range)) {
    scan.push(bytes)
    if (found !== null) return found
  }
  scan.end()
  return found
}

/** The last segment from which on the item of an ordinal is found. */
async function segmentBefore(
  session: PostgresSession,
  namespace: string,
  logId: string,
  ordinal: number,
): Promise<{ first_byte: number; first_ordinal: number } | null> {
  const [row] = await session.query<{ first_byte: number; first_ordinal: number }>(
    `SELECT first_byte, first_ordinal FROM threadstore.segments
      WHERE namespace = $1 AND log_id = $2::uuid AND starts_line AND first_byte <= (
        SELECT max(first_byte) FROM threadstore.segments
          WHERE namespace = $1 AND log_id = $2::uuid AND item_count > 0
            AND first_ordinal <= $3::bigint)
      ORDER BY first_byte DESC LIMIT 1`,
    [namespace, logId, ordinal],
  )
  return row ?? null
}
