import type { PostgresSession } from '../../../host/postgres.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { HistoryPosition } from '../../../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'
import type { RolloutFile, StoredRollout } from '../../../store/records.js'
import type { RowLock } from './thread-row.js'

/** A rollout as it is stored. */
export interface RolloutRow {
  readonly rolloutId: RolloutId
  readonly threadId: ThreadId
  readonly base: HistoryPosition | null
  readonly historyMode: string
  /** Where its bytes are. */
  readonly logId: string
  readonly byteCount: number
  readonly itemCount: number
  /** The ordinal the next item gets. */
  readonly endOrdinal: number
  /** Whether the last line is ended; an append has to end a torn one first. */
  readonly endsLine: boolean
  readonly sha256: string | null
  readonly file: RolloutFile | null
  readonly fingerprint: string | null
}

/** What `rolloutColumns` selects, and what PostgreSQL makes of such a row as JSON. */
export interface SqlRollout {
  readonly [column: string]: unknown
  readonly rollout_id: string
  readonly thread_id: string
  readonly history_mode: string
  readonly base_rollout_id: string | null
  readonly base_end_ordinal: number
  readonly base_end_byte: number
  readonly log_id: string
  readonly byte_count: number
  readonly item_count: number
  readonly end_ordinal: number
  readonly ends_line: boolean
  readonly sha256: string | null
  readonly file: string | null
  readonly fingerprint: string | null
}

/** The columns of a rollout, of a table named `r`. */
export const rolloutColumns = `r.rollout_id::text, r.thread_id::text, r.history_mode,
  r.base_rollout_id::text, r.base_end_ordinal, r.base_end_byte, r.log_id::text, r.byte_count,
  r.item_count, r.end_ordinal, r.ends_line, r.sha256, r.file, r.fingerprint`

export function rolloutFrom(row: SqlRollout): RolloutRow {
  return {
    rolloutId: row.rollout_id,
    threadId: row.thread_id,
    base: row.base_rollout_id === null ? null : baseFrom(row, row.base_rollout_id),
    historyMode: row.history_mode,
    logId: row.log_id,
    byteCount: row.byte_count,
    itemCount: row.item_count,
    endOrdinal: row.end_ordinal,
    endsLine: row.ends_line,
    sha256: row.sha256,
    file: row.file === null ? null : (parseJson(row.file) as unknown as RolloutFile),
    fingerprint: row.fingerprint === null ? null : (parseJson(row.fingerprint) as string),
  }
}

function baseFrom(row: SqlRollout, rolloutId: RolloutId): HistoryPosition {
  return {
    rolloutId,
    endOrdinalExclusive: row.base_end_ordinal,
    endByteOffset: row.base_end_byte,
  }
}

/** The part of a rollout that the interface shows. */
export function storedRollout(row: RolloutRow): StoredRollout {
  const { rolloutId, base, file, byteCount, itemCount, sha256, fingerprint } = row
  return { rolloutId, base, file, byteCount, itemCount, sha256, fingerprint }
}

/** Reads a rollout; `null` when there is none. */
export async function findRollout(
  session: PostgresSession,
  namespace: string,
  rolloutId: RolloutId,
  lock: RowLock | 'FOR KEY SHARE' = '',
): Promise<RolloutRow | null> {
  const [row] = await session.query<SqlRollout>(
    `SELECT ${rolloutColumns} FROM threadstore.rollouts r
      WHERE r.namespace = $1 AND r.rollout_id = $2::uuid ${lock}`,
    [namespace, rolloutId],
  )
  return row ? rolloutFrom(row) : null
}

/** The rollouts of a thread, in the order in which they were begun. */
export async function rolloutsOf(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  lock: RowLock = '',
): Promise<RolloutRow[]> {
  const rows = await session.query<SqlRollout>(
    `SELECT ${rolloutColumns} FROM threadstore.rollouts r
      WHERE r.namespace = $1 AND r.thread_id = $2::uuid ORDER BY r.position ${lock}`,
    [namespace, threadId],
  )
  return rows.map(rolloutFrom)
}

/** A rollout and everything it begins from, by id, as far as it is stored. */
export async function lineageOf(
  session: PostgresSession,
  namespace: string,
  rolloutId: RolloutId,
): Promise<ReadonlyMap<RolloutId, RolloutRow>> {
  // UNION drops what was found before, so that rollouts in a circle are found once. The key of each
  // is looked up in turn: a join at the end would be planned for many rows, and read the whole table.
  const rows = await session.query<SqlRollout>(
    `WITH RECURSIVE lineage AS (
        SELECT r.* FROM threadstore.rollouts r WHERE r.namespace = $1 AND r.rollout_id = $2::uuid
        UNION
        SELECT r.* FROM lineage l
          JOIN threadstore.rollouts r ON r.namespace = $1 AND r.rollout_id = l.base_rollout_id
      )
      SELECT ${rolloutColumns} FROM lineage r`,
    [namespace, rolloutId],
  )
  return new Map(rows.map((row) => [row.rollout_id, rolloutFrom(row)]))
}
