import { isoMillis } from '../../../host/clock.js'
import { systemIds } from '../../../host/ids.js'
import type { PostgresSession } from '../../../host/postgres.js'
import type { HistoryPosition } from '../../../protocol/rollout-item.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import { rolloutExists } from '../../../store/errors.js'
import type { CreateThreadParams } from '../../../store/params.js'
import type { ThreadRecord } from '../../../store/records.js'
import { sessionMetaItem } from '../../../store/session-meta-item.js'
import { stampItems } from '../../../store/stamp-items.js'
import { type LogEnd, packLines } from './pack-lines.js'
import type { PostgresContext } from '../postgres-context.js'
import { insertSegments } from '../rows/segment-rows.js'

/** A rollout that is about to begin. */
interface NewRollout {
  readonly rolloutId: RolloutId
  readonly record: ThreadRecord
  readonly base: HistoryPosition | null
  /** What only the creation of a thread knows. */
  readonly create?: CreateThreadParams
}

/** Stores a rollout that holds its session_meta and nothing else. */
export async function beginRollout(
  { clock, namespace }: PostgresContext,
  session: PostgresSession,
  { rolloutId, record, base, create }: NewRollout,
): Promise<LogEnd> {
  // A thread is as old as its first item says.
  const now = create === undefined ? isoMillis(clock.now()) : record.createdAt
  const nextOrdinal = base?.endOrdinalExclusive ?? 0
  const items = stampItems([sessionMetaItem(record, base, now, create)], {
    now,
    historyMode: record.historyMode,
    nextOrdinal,
  })
  const begin = { byteCount: 0, endOrdinal: nextOrdinal, endsLine: true }
  const { segments, itemCount, to } = await packLines(items, begin)
  const logId = newLogId()
  const rows = await session.query(
    `INSERT INTO threadstore.rollouts (namespace, rollout_id, thread_id, position, history_mode,
        base_rollout_id, base_end_ordinal, base_end_byte, log_id, byte_count, item_count,
        end_ordinal, ends_line)
      SELECT $1, $2::uuid, $3::uuid, coalesce(max(r.position) + 1, 0), $4, $5::uuid, $6::bigint,
          $7::bigint, $8::uuid, $9::bigint, $10::bigint, $11::bigint, true
        FROM threadstore.rollouts r WHERE r.namespace = $1 AND r.thread_id = $3::uuid
      ON CONFLICT DO NOTHING RETURNING 1 AS one`,
    [
      namespace,
      rolloutId,
      record.threadId,
      record.historyMode,
      base?.rolloutId ?? null,
      base?.endOrdinalExclusive ?? null,
      base?.endByteOffset ?? null,
      logId,
      to.byteCount,
      itemCount,
      to.endOrdinal,
    ],
  )
  if (rows.length === 0) throw rolloutExists(rolloutId)
  await insertSegments(session, namespace, logId, segments)
  return to
}

/**
 * An id for a log. It is of no meaning to anybody, but two handles that were given the same source
 * of ids must not arrive at the same one.
 */
export function newLogId(): string {
  return systemIds.newId()
}
