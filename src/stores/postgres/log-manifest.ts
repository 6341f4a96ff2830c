import { type Hash, createHash } from 'node:crypto'
import type { PostgresSession } from '../../host/postgres.js'
import type { PackedBytes } from './segment.js'

/**
 * What proves that segments are stored as they were packed: for each, in order, its place, its size,
 * its codec and the SHA-256 of its packed bytes, hashed once more.
 */
export interface LogManifest {
  readonly segmentCount: number
  readonly byteCount: number
  readonly sha256: string
}

/** Builds the manifest of segments that are on their way. */
export class ManifestBuilder {
  readonly #hash: Hash = createHash('sha256')
  #segmentCount = 0
  #byteCount = 0

  add(firstByte: number, { byteCount, codec, bytes }: PackedBytes): void {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.#hash.update(`${firstByte} ${byteCount} ${codec} ${sha256}\n`)
    this.#segmentCount += 1
    this.#byteCount += byteCount
  }

  finish(): LogManifest {
    return {
      segmentCount: this.#segmentCount,
      byteCount: this.#byteCount,
      sha256: this.#hash.copy().digest('hex'),
    }
  }
}

/** The manifest that the database computes from what it has stored of a log from a byte on. */
export async function storedManifest(
  session: PostgresSession,
  namespace: string,
  logId: string,
  fromByte: number,
): Promise<LogManifest> {
  const [row] = await session.query<{ segments: number; bytes: number; sha256: string }>(
    `SELECT count(*) AS segments, coalesce(sum(byte_count), 0)::bigint AS bytes,
        encode(sha256(convert_to(coalesce(string_agg(
          concat(first_byte, ' ', byte_count, ' ', codec, ' ', encode(sha256(bytes), 'hex'), E'\\n'),
          '' ORDER BY first_byte), ''), 'UTF8')), 'hex') AS sha256
      FROM threadstore.segments
      WHERE namespace = $1 AND log_id = $2::uuid AND first_byte >= $3::bigint`,
    [namespace, logId, fromByte],
  )
  return { segmentCount: row?.segments ?? 0, byteCount: row?.bytes ?? 0, sha256: row?.sha256 ?? '' }
}
