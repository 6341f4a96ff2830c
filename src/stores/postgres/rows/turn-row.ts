import { createHash } from 'node:crypto'
import { previewOfUserItem, previewOfUserMessage } from '../../../history/preview.js'
import type { PostgresSession, SqlParam, SqlRow } from '../../../host/postgres.js'
import { isJsonObject } from '../../../protocol/json.js'
import { parseJson } from '../../../protocol/parse-json.js'
import { printJson } from '../../../protocol/print-json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type ColumnType, columnArrays, rowsFromArrays } from './column-arrays.js'
import { textFor } from './text-column.js'
import type { ProjectedContents, ProjectedTurn } from '../turns/turn-projector.js'

/** Of what the user said first, for people: no more than this many characters. */
const FIRST_USER_TEXT_MAX = 1000
/** Characters of JSON in one statement, beyond which no further row joins it. */
const BATCH_CHARACTERS = 4 * 1024 * 1024
/** Rows of one statement, at most. */
const BATCH_ROWS_MAX = 500

/** A stored turn, as a statement gives it. */
interface SqlTurn {
  readonly [column: string]: unknown
  readonly position: number
  readonly turn: string
  readonly contents: string
}

/** What stands in `contents`. */
type Contents = Omit<ProjectedContents, 'changed'>
type Facts = Omit<ProjectedTurn, 'index' | 'contents'>

/** A turn and how many items it has. */
export interface TurnSize {
  readonly position: number
  readonly itemCount: number
}

const columns: readonly (readonly [name: string, type: ColumnType])[] = [
  ['position', 'integer'],
  ['turn_key', 'uuid'],
  ['turn', 'text'],
  ['contents', 'text'],
  ['turn_id', 'text'],
  ['status', 'text'],
  ['started_at', 'text'],
  ['completed_at', 'text'],
  ['duration_ms', 'double precision'],
  ['first_user_text', 'text'],
  ['item_count', 'integer'],
  ['input_tokens', 'bigint'],
  ['cached_input_tokens', 'bigint'],
  ['output_tokens', 'bigint'],
  ['reasoning_output_tokens', 'bigint'],
  ['total_tokens', 'bigint'],
]
const types = columns.map(([, type]) => type)
const selected = 't.position, t.turn, t.contents'

/** Stores turns of a thread, under positions that are free. */
export async function insertTurns(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  turns: readonly ProjectedTurn[],
): Promise<void> {
  for (const rows of batches(turns.map(valuesOf))) {
    const params: SqlParam[] = [namespace, threadId, ...columnArrays(rows, columns.length)]
    await session.query(
      `INSERT INTO threadstore.turns (namespace, thread_id, ${columns.map(([name]) => name).join(', ')})
        SELECT $1, $2::uuid, s.* FROM ${rowsFromArrays(3, types)} s`,
      params,
    )
  }
}

type Values = (string | number | null)[]

function batches(rows: readonly Values[]): readonly (readonly Values[])[] {
  const found: Values[][] = []
  let room = 0
  for (const row of rows) {
    if (room <= 0 || found.at(-1)?.length === BATCH_ROWS_MAX) {
      found.push([])
      room = BATCH_CHARACTERS
    }
    found.at(-1)?.push(row)
    room -= row.reduce<number>((sum, cell) => sum + String(cell).length, 0)
  }
  return found
}

/** The turns at some positions, oldest first. */
export async function turnsBetween(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  [from, to]: readonly [from: number, to: number],
): Promise<ProjectedTurn[]> {
  if (from >= to) return []
  const rows = await session.query<SqlTurn>(
    `SELECT ${selected} FROM threadstore.turns t
      WHERE t.namespace = $1 AND t.thread_id = $2::uuid
        AND t.position >= $3::integer AND t.position < $4::integer ORDER BY t.position`,
    [namespace, threadId, from, to],
  )
  return rows.map(turnFrom)
}

/** How many items the turns at some positions have, oldest first. */
export async function turnSizes(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  [from, to]: readonly [from: number, to: number],
): Promise<readonly TurnSize[]> {
  if (from >= to) return []
  return session.query<TurnSize & SqlRow>(
    `SELECT t.position, t.item_count AS "itemCount" FROM threadstore.turns t
      WHERE t.namespace = $1 AND t.thread_id = $2::uuid
        AND t.position >= $3::integer AND t.position < $4::integer ORDER BY t.position`,
    [namespace, threadId, from, to],
  )
}

/** The turns with some ids, oldest first. */
export async function turnsWithIds(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  ids: readonly string[],
): Promise<ProjectedTurn[]> {
  if (ids.length === 0) return []
  const rows = await session.query<SqlTurn>(
    `SELECT ${selected} FROM threadstore.turns t
      WHERE t.namespace = $1 AND t.thread_id = $2::uuid AND t.turn_key = ANY($3::text[]::uuid[])
      ORDER BY t.position`,
    [namespace, threadId, ids.map(keyOf)],
  )
  return rows.map(turnFrom)
}

function turnFrom(row: SqlTurn): ProjectedTurn {
  const facts = parseJson(row.turn) as unknown as Facts
  const contents = parseJson(row.contents) as unknown as Contents
  return { ...facts, index: row.position, contents: { ...contents, changed: false } }
}

function valuesOf(turn: ProjectedTurn): Values {
  const { index, contents, ...facts } = turn
  const { changed: _changed, ...kept } = contents
  const { tokenUsage: tokens } = kept
  const text = contents.firstUserMessage && textOf(contents.firstUserMessage)
  return [
    index,
    keyOf(turn.id),
    printJson(facts satisfies Facts),
    printJson(kept satisfies Contents),
    textFor(turn.id),
    turn.status,
    turn.startedAt,
    turn.completedAt,
    turn.durationMs,
    text === null ? null : textFor(text.slice(0, FIRST_USER_TEXT_MAX)),
    contents.itemCount,
    tokens?.inputTokens ?? null,
    tokens?.cachedInputTokens ?? null,
    tokens?.outputTokens ?? null,
    tokens?.reasoningOutputTokens ?? null,
    tokens?.totalTokens ?? null,
  ]
}

/** What a user's message says, without what an editor put around it. */
function textOf({ payload }: RolloutItem): string | null {
  if (!isJsonObject(payload)) return null
  const { item } = payload
  return (isJsonObject(item) ? previewOfUserItem(item) : previewOfUserMessage(payload)).preview
}

/** Ids are text of any length and kind; an index takes neither. */
function keyOf(turnId: string): string {
  const hash = createHash('sha256').update(Buffer.from(turnId, 'utf16le')).digest('hex')
  return hash.slice(0, 32)
}
