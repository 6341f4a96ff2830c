import type { PostgresSession } from '../../../host/postgres.js'
import { parseJson } from '../../../protocol/parse-json.js'
import { printJson } from '../../../protocol/print-json.js'
import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'
import { ThreadStoreError, threadArchived, threadNotFound } from '../../../store/errors.js'
import type { ThreadRecord } from '../../../store/records.js'
import { canonicalJson } from '../../../store/thread-filter.js'
import type { ColumnType } from './column-arrays.js'
import { textFor } from './text-column.js'

/** A thread as it is stored. */
export interface ThreadRow {
  readonly record: ThreadRecord
  /** The rollout that is appended to. */
  readonly rolloutId: RolloutId
}

/** How a transaction holds on to the row it reads. */
export type RowLock = '' | 'FOR UPDATE'

/** Reads a thread; `null` when there is none. */
export async function findThread(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  lock: RowLock = '',
): Promise<ThreadRow | null> {
  const [row] = await session.query<{ record: string; rollout_id: string }>(
    `SELECT record, rollout_id::text AS rollout_id FROM threadstore.threads
      WHERE namespace = $1 AND thread_id = $2::uuid ${lock}`,
    [namespace, threadId],
  )
  return row ? { record: recordFrom(row.record, threadId), rolloutId: row.rollout_id } : null
}

/** Reads a thread that must be there and, unless asked for, not archived. */
export async function visibleThread(
  session: PostgresSession,
  namespace: string,
  {
    threadId,
    includeArchived,
  }: { readonly threadId: ThreadId; readonly includeArchived?: boolean },
  lock: RowLock = '',
): Promise<ThreadRow> {
  const row = await findThread(session, namespace, threadId, lock)
  if (row === null) throw threadNotFound(threadId)
  if (row.record.archivedAt !== null && !includeArchived) throw threadArchived(threadId)
  return row
}

/** The record that a `record` column holds. */
export function recordFrom(text: string, threadId?: ThreadId): ThreadRecord {
  const record = parseJson(text)
  if (record !== undefined) return record as unknown as ThreadRecord
  throw new ThreadStoreError('INTERNAL', `the record of thread ${threadId ?? '?'} is damaged`, {
    reason: 'damaged',
    ...(threadId === undefined ? {} : { threadId }),
  })
}

/** The columns of a thread, apart from those that say which one it is. */
export const threadColumns = `record, archived, created_at, updated_at, source, model_provider, cwd, name, title,
  preview, first_user_message`

/** The types of `threadColumns`, in their order. */
export const threadColumnTypes: readonly ColumnType[] = [
  'text',
  'boolean',
  ...Array.from({ length: 9 }, () => 'text' as const),
]

/** The values of `threadColumns`, in their order. */
export function threadValues(record: ThreadRecord): (string | boolean | null)[] {
  return [
    printJson(record),
    record.archivedAt !== null,
    record.createdAt,
    record.updatedAt,
    canonicalJson(record.source),
    textFor(record.modelProvider),
    textFor(record.cwd),
    textFor(record.name),
    textFor(record.title),
    textFor(record.preview),
    textFor(record.firstUserMessage),
  ]
}

/** Inserts a thread; `false` when there is one already. */
export async function insertThread(
  session: PostgresSession,
  namespace: string,
  { record, rolloutId }: ThreadRow,
): Promise<boolean> {
  const rows = await session.query(
    `INSERT INTO threadstore.threads (namespace, thread_id, rollout_id, ${threadColumns})
      VALUES ($1, $2::uuid, $3::uuid, $4, $5::boolean, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      ON CONFLICT DO NOTHING RETURNING 1 AS one`,
    [namespace, record.threadId, rolloutId, ...threadValues(record)],
  )
  return rows.length === 1
}

/** Replaces a thread that is there. */
export async function replaceThread(
  session: PostgresSession,
  namespace: string,
  { record, rolloutId }: ThreadRow,
): Promise<void> {
  await session.query(
    `UPDATE threadstore.threads SET (rollout_id, ${threadColumns}) =
        ($3::uuid, $4, $5::boolean, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      WHERE namespace = $1 AND thread_id = $2::uuid`,
    [namespace, record.threadId, rolloutId, ...threadValues(record)],
  )
}
