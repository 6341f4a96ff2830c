import type { PostgresSession } from '../../host/postgres.js'
import { printJson } from '../../protocol/print-json.js'
import { differentContent } from '../../store/errors.js'
import type { ThreadRecord } from '../../store/records.js'
import { requireSame, storedManifest } from './log-manifest.js'
import type { ReceivedRollout } from './receive-rollout.js'
import type { RolloutRow } from './rollout-row.js'
import { insertSegments } from './segment-rows.js'

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
  if (log.isAhead) await takeOver(session, namespace, log.logId, logId)
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
    `INSERT INTO threadstore.rollouts AS r (namespace, rollout_id, thread_id, position,
        history_mode, base_rollout_id, base_end_ordinal, base_end_byte, log_id, byte_count,
        item_count, end_ordinal, ends_line, sha256, file, fingerprint)
      SELECT $1, $2::uuid, $3::uuid, coalesce(max(o.position) + 1, 0), $4, $5::uuid, $6::bigint,
          $7::bigint, $8::uuid, $9::bigint, $10::bigint, $11::bigint, $12::boolean, $13, $14, $15
        FROM threadstore.rollouts o WHERE o.namespace = $1 AND o.thread_id = $3::uuid
      ON CONFLICT (namespace, rollout_id) DO UPDATE SET
          history_mode = excluded.history_mode, base_rollout_id = excluded.base_rollout_id,
          base_end_ordinal = excluded.base_end_ordinal, base_end_byte = excluded.base_end_byte,
          log_id = excluded.log_id, byte_count = excluded.byte_count,
          item_count = excluded.item_count, end_ordinal = excluded.end_ordinal,
          ends_line = excluded.ends_line, sha256 = excluded.sha256, file = excluded.file,
          fingerprint = excluded.fingerprint
        WHERE r.thread_id = excluded.thread_id
      RETURNING 1 AS one`,
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

/** Makes what was sent ahead a part of the log it belongs to. */
async function takeOver(
  session: PostgresSession,
  namespace: string,
  sentAs: string,
  logId: string,
): Promise<void> {
  await session.query(
    'DELETE FROM threadstore.arriving_logs WHERE namespace = $1 AND log_id = $2::uuid',
    [namespace, sentAs],
  )
  if (sentAs === logId) return
  await session.query(
    'UPDATE threadstore.segments SET log_id = $3::uuid WHERE namespace = $1 AND log_id = $2::uuid',
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
