import type { PostgresSession, SqlParam } from '../../../host/postgres.js'
import { ThreadStoreError } from '../../../store/errors.js'
import { type ColumnType, columnArrays, rowsFromArrays } from './column-arrays.js'
import { type Codec, type PackedBytes, SEGMENT_BYTES_MAX, unpack } from '../log/segment.js'

/** A segment of a log with what is known of the lines in it. */
export interface Segment extends PackedBytes {
  readonly firstByte: number
  /** Whether a line begins where the segment begins. */
  readonly startsLine: boolean
  /** Ordinal of the next item whose line ends in this segment or later. */
  readonly firstOrdinal: number
  /** Items whose line ends in this segment. */
  readonly itemCount: number
}

/** The columns of a segment, apart from those that say whose it is. */
export const segmentColumns = `first_byte, byte_count, starts_line, first_ordinal, item_count, codec,
  bytes`

/** The types of `segmentColumns`, in their order. */
export const segmentTypes: readonly ColumnType[] = [
  'bigint',
  'integer',
  'boolean',
  'bigint',
  'integer',
  'smallint',
  'bytea',
]

/** Segments as params: an array for each of `segmentColumns`. */
export function segmentParams(segments: readonly Segment[]): SqlParam[] {
  const rows = segments.map((segment) => [
    segment.firstByte,
    segment.byteCount,
    segment.startsLine,
    segment.firstOrdinal,
    segment.itemCount,
    segment.codec,
  ])
  return [...columnArrays(rows, segmentTypes.length - 1), segments.map(({ bytes }) => bytes)]
}

/** Stores segments of one log. */
export async function insertSegments(
  session: PostgresSession,
  namespace: string,
  logId: string,
  segments: readonly Segment[],
): Promise<void> {
  if (segments.length === 0) return
  await session.query(
    `INSERT INTO threadstore.segments (namespace, log_id, ${segmentColumns})
      SELECT $1, $2::uuid, s.* FROM ${rowsFromArrays(3, segmentTypes)} s`,
    [namespace, logId, ...segmentParams(segments)],
  )
}

/** A stretch of a log. */
export interface LogRange {
  readonly logId: string
  readonly fromByte: number
  readonly toByte: number
}

/** Bytes of a log that are asked for at once, before compression. */
const READ_BYTES = 4 * SEGMENT_BYTES_MAX

/**
 * The bytes of a stretch of a log, in pieces of at most 1 MiB. Bytes that were stored and are not
 * there are an error, never a shorter log.
 */
export async function* readLog(
  session: PostgresSession,
  namespace: string,
  { logId, fromByte, toByte }: LogRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = fromByte
  while (at < toByte) {
    const windowEnd = Math.min(toByte, at + READ_BYTES)
    const segments = await segmentsWithin(session, namespace, {
      logId,
      fromByte: at,
      toByte: windowEnd,
    })
    for (const segment of segments) {
      if (segment.firstByte > at || segment.firstByte + segment.byteCount <= at) break
      const raw = await unpack(segment)
      const piece = raw.subarray(at - segment.firstByte, toByte - segment.firstByte)
      at += piece.length
      yield piece
    }
    if (at < windowEnd) throw missingBytes(logId, at)
  }
}

async function segmentsWithin(
  session: PostgresSession,
  namespace: string,
  { logId, fromByte, toByte }: LogRange,
): Promise<{ firstByte: number; byteCount: number; codec: Codec; bytes: Uint8Array }[]> {
  const rows = await session.query<{
    first_byte: number
    byte_count: number
    codec: Codec
    bytes: Uint8Array
  }>(
    `SELECT first_byte, byte_count, codec, bytes FROM threadstore.segments
      WHERE namespace = $1 AND log_id = $2::uuid AND first_byte < $4::bigint
        AND first_byte >= (SELECT max(first_byte) FROM threadstore.segments
          WHERE namespace = $1 AND log_id = $2::uuid AND first_byte <= $3::bigint)
      ORDER BY first_byte`,
    [namespace, logId, fromByte, toByte],
  )
  return rows.map(({ first_byte: firstByte, byte_count: byteCount, codec, bytes }) => ({
    firstByte,
    byteCount,
    codec,
    bytes,
  }))
}

function missingBytes(logId: string, at: number): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `the bytes from ${at} on of log ${logId} are not there; was it replaced or deleted meanwhile?`,
    { reason: 'damaged' },
    { cause: new MissingBytesError() },
  )
}

/**
 * Bytes that are promised in one place are not in another. Where servers hold the tables together,
 * each shows a moment of its own, and a little later the bytes are there.
 */
class MissingBytesError extends Error {}

export function isMissingBytes(reason: unknown): boolean {
  return ThreadStoreError.is(reason) && reason.cause instanceof MissingBytesError
}
