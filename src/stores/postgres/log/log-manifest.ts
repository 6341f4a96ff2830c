import { type Hash, createHash } from 'node:crypto'
import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import { ThreadStoreError } from '../../../store/errors.js'
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

/** The manifest of a log nothing is stored of. */
export const EMPTY_MANIFEST: LogManifest = new ManifestBuilder().finish()

const manifestColumns = `count(*) AS segments, coalesce(sum(byte_count), 0)::bigint AS bytes,
  encode(sha256(convert_to(coalesce(string_agg(
    concat(first_byte, ' ', byte_count, ' ', codec, ' ', encode(sha256(bytes), 'hex'), E'\\n'),
    '' ORDER BY first_byte), ''), 'UTF8')), 'hex') AS sha256`

interface SqlManifest {
  readonly [column: string]: unknown
  readonly segments: number
  readonly bytes: number
  readonly sha256: string
}

function manifestFrom(row: SqlManifest): LogManifest {
  return { segmentCount: row.segments, byteCount: row.bytes, sha256: row.sha256 }
}

/** The manifest that the database computes from what it has stored of a log from a byte on. */
export async function storedManifest(
  session: PostgresSession,
  namespace: string,
  logId: string,
  fromByte: number,
): Promise<LogManifest> {
  const [row] = await session.query<SqlManifest>(
    `SELECT ${manifestColumns} FROM threadstore.segments
      WHERE namespace = $1 AND log_id = $2::uuid AND first_byte >= $3::bigint`,
    [namespace, logId, fromByte],
  )
  return row ? manifestFrom(row) : EMPTY_MANIFEST
}

/** The manifests of whole logs, by log id; a log nothing is stored of has none. */
export async function storedManifests(
  session: PostgresSession,
  namespace: string,
  logIds: readonly string[],
): Promise<ReadonlyMap<string, LogManifest>> {
  const rows = await session.query<SqlManifest & { readonly log_id: string }>(
    `SELECT log_id::text, ${manifestColumns} FROM threadstore.segments
      WHERE namespace = $1 AND log_id = ANY($2::text[]::uuid[]) GROUP BY log_id`,
    [namespace, logIds],
  )
  return new Map(rows.map((row) => [row.log_id, manifestFrom(row)]))
}

/** Refuses what the database did not store as it was sent. */
export function requireSame(stored: LogManifest, sent: LogManifest, rolloutId: RolloutId): void {
  if (stored.sha256 === sent.sha256) return
  throw new ThreadStoreError(
    'INTERNAL',
    `the database did not store rollout ${rolloutId} as it was sent: it has ${stored.byteCount} ` +
      `bytes in ${stored.segmentCount} segments, not ${sent.byteCount} in ${sent.segmentCount}`,
    { reason: 'damaged' },
  )
}
