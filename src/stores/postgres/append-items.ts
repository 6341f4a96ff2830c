import type { PostgresDriver } from '../../host/postgres.js'
import { ThreadStoreError, writerLost } from '../../store/errors.js'
import { rowsFromArrays } from './rows/column-arrays.js'
import { isConnectionError } from './driver/connection-error.js'
import type { WriterTarget } from './writers/live-writer.js'
import type { LogEnd, PackedLines } from './log/pack-lines.js'
import type { PostgresContext } from './postgres-context.js'
import { retriedWhileContended } from './driver/retry.js'
import { segmentColumns, segmentParams, segmentTypes } from './rows/segment-rows.js'
import { LEASE_INTERVAL } from './writers/writer-lease.js'

/**
 * Appends packed lines, all or none, where the log is known to end. The statement asks for lease and
 * position itself, so that it can be sent again when its reply was lost: it takes effect once.
 */
export async function appendLines(
  { clock, driver, namespace }: PostgresContext,
  target: WriterTarget,
  from: LogEnd,
  packed: PackedLines,
): Promise<void> {
  const send = (): Promise<boolean> =>
    retriedWhileContended(clock, () => sendAppend(driver, namespace, target, from, packed))
  let sentTwice = false
  const done = await send().catch(async (reason: unknown) => {
    if (!isConnectionError(reason)) throw reason
    sentTwice = true
    return send().catch((again: unknown) => {
      throw isConnectionError(again) ? outcomeUnknown(target, again) : again
    })
  })
  if (done) return
  // Only this lease could have moved the end to where it would be now: the first sending did.
  if (sentTwice && (await endOf(driver, namespace, target)) === packed.to.byteCount) return
  throw writerLost(target.threadId)
}

async function sendAppend(
  driver: PostgresDriver,
  namespace: string,
  { rolloutId, token, writer }: WriterTarget,
  from: LogEnd,
  { segments, itemCount, to }: PackedLines,
): Promise<boolean> {
  const rows = await driver.query(
    `WITH lease AS (
        UPDATE threadstore.rollouts
          SET byte_count = $6::bigint, item_count = item_count + $7::bigint,
            end_ordinal = $8::bigint, ends_line = true, sha256 = NULL, fingerprint = NULL,
            writer_expires_at = now() + interval '${LEASE_INTERVAL}'
          WHERE namespace = $1 AND rollout_id = $2::uuid AND writer_token = $3::bigint
            AND writer_handle = $4::bigint AND byte_count = $5::bigint
          RETURNING log_id
      )
      INSERT INTO threadstore.segments (namespace, log_id, ${segmentColumns})
        SELECT $1, lease.log_id, s.* FROM lease, ${rowsFromArrays(9, segmentTypes)} s
        RETURNING 1 AS one`,
    [
      namespace,
      rolloutId,
      token,
      writer,
      from.byteCount,
      to.byteCount,
      itemCount,
      to.endOrdinal,
      ...segmentParams(segments),
    ],
  )
  return rows.length === segments.length
}

async function endOf(
  driver: PostgresDriver,
  namespace: string,
  { rolloutId, token }: WriterTarget,
): Promise<number | undefined> {
  const [row] = await driver.query<{ byte_count: number }>(
    `SELECT byte_count FROM threadstore.rollouts
      WHERE namespace = $1 AND rollout_id = $2::uuid AND writer_token = $3::bigint`,
    [namespace, rolloutId, token],
  )
  return row?.byte_count
}

function outcomeUnknown({ threadId }: WriterTarget, cause: unknown): ThreadStoreError {
  return new ThreadStoreError(
    'OUTCOME_UNKNOWN',
    `the connection broke while items were appended to thread ${threadId}; read it before repeating`,
    { reason: 'connection-lost', threadId },
    { cause },
  )
}
