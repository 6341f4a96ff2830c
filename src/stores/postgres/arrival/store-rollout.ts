import type { PostgresSession } from '../../../host/postgres.js'
import { printJson } from '../../../protocol/print-json.js'
import { differentContent } from '../../../store/errors.js'
import type { ThreadRecord } from '../../../store/records.js'
import { requireSame, storedManifest } from '../log/log-manifest.js'
import type { ReceivedRollout } from './receive-rollout.js'
import type { RolloutRow } from '../rows/rollout-row.js'
import { insertSegments, segmentColumns } from '../rows/segment-rows.js'

/** Makes received bytes a rollout of a thread, or the end of one, and proves that they are stored. */
export async function storeRollout(
  session: PostgresSession,
  namespace: string,
  record: ThreadRecord,
  received: ReceivedRollout,
  before: RolloutRow | undefined,
): Promise<void> {
  const { rollout, log, manifest } = received
  const continues = rollout.fromByte > 0 && before !== undefined
  const logId = continues ? before.logId : log.logId
  if (before !== undefined && !continues) await deleteLog(session, namespace, before.logId)
  await upsertRollout(session, namespace, record, received, logId)
  await log.release(session)
  if (log.isAhead && log.logId !== logId) await moveSegments(session, namespace, log.logId, logId)
  await insertSegments(session, namespace, logId, log.waiting)
  const stored = await storedManifest(session, namespace, logId, rollout.fromByte)
  requireSame(stored, manifest, rollout.rolloutId)
}

async function upsertRollout(
  session: PostgresSession,
  namespace: string,
  { threadId, historyMode }: ThreadRecord,
  { rollout, receipt, end }: ReceivedRollout,
  logId: string,
): Promise<void> {
  const { rolloutId, base, file, fingerprint } = rollout
  const rows = await session.query(
    // Not ON CONFLICT DO UPDATE: a table spread over servers has no unique index of its own.
    `WITH value (rollout_id, thread_id, history_mode, base_rollout_id, base_end_ordinal,
        base_end_byte, log_id, byte_count, item_count, end_ordinal, ends_line, sha256, file,
        fingerprint) AS (
        VALUES ($2::uuid, $3::uuid, $4, $5::uuid, $6::bigint, $7::bigint, $8::uuid, $9::bigint,
          $10::bigint, $11::bigint, $12::boolean, $13, $14, $15)
      ), known AS (
        UPDATE threadstore.rollouts r SET
            history_mode = v.history_mode, base_rollout_id = v.base_rollout_id,
            base_end_ordinal = v.base_end_ordinal, base_end_byte = v.base_end_byte,
            log_id = v.log_id, byte_count = v.byte_count, item_count = v.item_count,
            end_ordinal = v.end_ordinal, ends_line = v.ends_line, sha256 = v.sha256, file = v.file,
            fingerprint = v.fingerprint
          FROM value v
          WHERE r.namespace = $1 AND r.rollout_id = $2::uuid AND r.thread_id = $3::uuid
          RETURNING 1 AS one
      ), new AS (
        INSERT INTO threadstore.rollouts (namespace, rollout_id, thread_id, position, history_mode,
            base_rollout_id, base_end_ordinal, base_end_byte, log_id, byte_count, item_count,
            end_ordinal, ends_line, sha256, file, fingerprint)
          SELECT $1, v.rollout_id, v.thread_id, (SELECT coalesce(max(o.position) + 1, 0)
                FROM threadstore.rollouts o WHERE o.namespace = $1 AND o.thread_id = $3::uuid),
              v.history_mode, v.base_rollout_id, v.base_end_ordinal, v.base_end_byte, v.log_id,
              v.byte_count, v.item_count, v.end_ordinal, v.ends_line, v.sha256, v.file, v.fingerprint
            FROM value v WHERE NOT EXISTS (SELECT FROM known)
          ON CONFLICT DO NOTHING RETURNING 1 AS one
      )
      SELECT one FROM known UNION ALL SELECT one FROM new`,
    [
      namespace,
      rolloutId,
      threadId,
      historyMode,
      base?.rolloutId ?? null,
      base?.endOrdinalExclusive ?? null,
      base?.endByteOffset ?? null,
      logId,
      end.byteCount,
      receipt.itemCount,
      end.endOrdinal,
      end.endsLine,
      receipt.sha256,
      file && printJson(file),
      fingerprint === null ? null : printJson(fingerprint),
    ],
  )
  // It is a rollout of another thread.
  if (rows.length === 0) throw differentContent(rolloutId)
}

/** Makes what was sent ahead a part of the log that it continues. */
async function moveSegments(
  session: PostgresSession,
  namespace: string,
  sentAs: string,
  logId: string,
): Promise<void> {
  await session.query(
    // Not an UPDATE: rows of a table spread over servers cannot be moved from one to another.
    `WITH sent AS (
        DELETE FROM threadstore.segments WHERE namespace = $1 AND log_id = $2::uuid
          RETURNING ${segmentColumns}
      )
      INSERT INTO threadstore.segments (namespace, log_id, ${segmentColumns})
        SELECT $1, $3::uuid, ${segmentColumns} FROM sent`,
    [namespace, sentAs, logId],
  )
}

async function deleteLog(
  session: PostgresSession,
  namespace: string,
  logId: string,
): Promise<void> {
  await session.query(
    'DELETE FROM threadstore.segments WHERE namespace = $1 AND log_id = $2::uuid',
    [namespace, logId],
  )
}
