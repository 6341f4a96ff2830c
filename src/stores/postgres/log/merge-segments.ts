import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import type { PostgresContext } from '../postgres-context.js'
import { findRollout } from '../rows/rollout-row.js'
import { SEGMENT_BYTES_MAX, pack } from './segment.js'
import { type Segment, insertSegments, readLog } from '../rows/segment-rows.js'

/** A segment below this is worth merging with its neighbours. */
const SMALL_BYTES = SEGMENT_BYTES_MAX / 2
/** Bytes that one merge rewrites, at most. */
const MERGED_BYTES_MAX = 8 * SEGMENT_BYTES_MAX
/** Appended segments after which a writer merges them: reading a log never takes many more rows. */
export const MERGED_EVERY: number = 256
/** Segments that one merge looks at, at most. */
const LOOK_BACK = 1024

type Facts = Omit<Segment, 'bytes' | 'codec'>

/**
 * Merges the small segments at the end of a log, so that reading it later takes few rows. Its bytes
 * stay what they are. Nobody may append meanwhile.
 */
export async function mergeSmallSegments(
  session: PostgresSession,
  namespace: string,
  logId: string,
): Promise<void> {
  const tail = smallTail(await lastSegments(session, namespace, logId))
  const groups = groupSegments(tail).filter((group) => group.length > 1)
  for (const group of groups) {
    const merged = mergeFacts(group)
    const { firstByte, byteCount } = merged
    const range = { logId, fromByte: firstByte, toByte: firstByte + byteCount }
    const pieces: Uint8Array[] = []
    for await (const piece of readLog(session, namespace, range)) pieces.push(piece)
    await session.query(
      `DELETE FROM threadstore.segments WHERE namespace = $1 AND log_id = $2::uuid
        AND first_byte >= $3::bigint AND first_byte < $4::bigint`,
      [namespace, logId, range.fromByte, range.toByte],
    )
    const packed = await pack(Buffer.concat(pieces, byteCount))
    await insertSegments(session, namespace, logId, [{ ...merged, ...packed }])
  }
}

/** Merges the small segments of a rollout that is written. Appends wait for it, whoever makes them. */
export async function mergeLiveSegments(
  { driver, namespace }: PostgresContext,
  rolloutId: RolloutId,
): Promise<void> {
  await driver.transaction('write', async (session) => {
    const rollout = await findRollout(session, namespace, rolloutId, 'FOR UPDATE')
    if (rollout !== null) await mergeSmallSegments(session, namespace, rollout.logId)
  })
}

/** The segments at the end of a log, oldest first, without their bytes. */
async function lastSegments(
  session: PostgresSession,
  namespace: string,
  logId: string,
): Promise<Facts[]> {
  const rows = await session.query<{
    first_byte: number
    byte_count: number
    starts_line: boolean
    first_ordinal: number
    item_count: number
  }>(
    `SELECT first_byte, byte_count, starts_line, first_ordinal, item_count
      FROM threadstore.segments WHERE namespace = $1 AND log_id = $2::uuid
      ORDER BY first_byte DESC LIMIT ${LOOK_BACK}`,
    [namespace, logId],
  )
  return rows.toReversed().map((row) => ({
    firstByte: row.first_byte,
    byteCount: row.byte_count,
    startsLine: row.starts_line,
    firstOrdinal: row.first_ordinal,
    itemCount: row.item_count,
  }))
}

/** The small segments behind the last one that is not, as many as one merge may rewrite. */
function smallTail(segments: readonly Facts[]): readonly Facts[] {
  let start = segments.length
  let byteCount = 0
  for (const segment of segments.toReversed()) {
    byteCount += segment.byteCount
    if (segment.byteCount >= SMALL_BYTES || byteCount > MERGED_BYTES_MAX) break
    start -= 1
  }
  return segments.slice(start)
}

/** Neighbours that fit one segment together. */
function groupSegments(segments: readonly Facts[]): readonly (readonly Facts[])[] {
  const groups: Facts[][] = []
  let room = 0
  for (const segment of segments) {
    if (segment.byteCount > room) {
      groups.push([])
      room = SEGMENT_BYTES_MAX
    }
    groups.at(-1)?.push(segment)
    room -= segment.byteCount
  }
  return groups
}

function mergeFacts(group: readonly Facts[]): Facts {
  const [first] = group
  if (first === undefined) throw new TypeError('there is nothing to merge')
  return {
    ...first,
    byteCount: group.reduce((sum, { byteCount }) => sum + byteCount, 0),
    itemCount: group.reduce((sum, { itemCount }) => sum + itemCount, 0),
  }
}
