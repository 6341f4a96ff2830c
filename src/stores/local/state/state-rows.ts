import type Database from 'better-sqlite3'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type OverlayRow, noOverlay, parseOverlayRow } from '../record/overlay.js'
import { sameRow } from './same-rows.js'
import { prepared } from './statements.js'
import { type SqlRow, type SqlValue, hasTable } from './table-columns.js'

/** The table of ours in Codex's state database. */
export const OVERLAY_TABLE = 'threadstore_overlay'

/** What the state database says of every thread. */
export interface StateRows {
  readonly rows: ReadonlyMap<ThreadId, SqlRow>
  readonly overlays: ReadonlyMap<ThreadId, OverlayRow>
  /** What the overlays were read from. */
  readonly texts: ReadonlyMap<ThreadId, string>
}

export const noRows: StateRows = { rows: new Map(), overlays: new Map(), texts: new Map() }

/**
 * Reads every row once; threads are counted in thousands, their histories are elsewhere. What is as
 * it was `before` is the same object, by which those who made something of it know.
 */
export function readStateRows(db: Database.Database, before: StateRows): StateRows {
  return ofOneCommit(db, () => stateRows(db, before))
}

function stateRows(db: Database.Database, before: StateRows): StateRows {
  const rows = new Map<ThreadId, SqlRow>()
  if (hasTable(db, 'threads')) {
    // A row without an id that is a text belongs to no thread; a table without ids is unreadable.
    const sql = "SELECT * FROM threads WHERE typeof(threads.id) = 'text'"
    const texts = new Map<string, string>()
    for (const row of db.prepare<[], FreshRow & { id: string }>(sql).iterate()) {
      const known = before.rows.get(row.id)
      const isSame = known !== undefined && sameRow(known, row)
      if (!isSame) shareTexts(row, texts)
      rows.set(row.id, isSame ? known : row)
    }
  }
  const overlays = new Map<ThreadId, OverlayRow>()
  const texts = new Map<ThreadId, string>()
  if (hasTable(db, OVERLAY_TABLE)) {
    const found = db.prepare<[], { thread_id: string; fields: string; files: string }>(
      `SELECT thread_id, fields, files FROM ${OVERLAY_TABLE}`,
    )
    for (const { thread_id: id, fields, files } of found.iterate()) {
      const text = `${fields}\n${files}`
      const known = before.texts.get(id) === text ? before.overlays.get(id) : undefined
      texts.set(id, text)
      overlays.set(id, known ?? parseOverlayRow(fields, files))
    }
  }
  return { rows, overlays, texts }
}

/** Texts that are looked for again among the rows that follow. */
const TEXTS_MAX = 1000

/** A row that nobody else has seen yet. */
type FreshRow = Record<string, SqlValue>

/** Keeps equal texts once: most columns say the same of all threads, and three the first message. */
function shareTexts(row: FreshRow, texts: Map<string, string>): void {
  if (texts.size > TEXTS_MAX) texts.clear()
  for (const [column, value] of Object.entries(row)) {
    if (typeof value !== 'string') continue
    const known = texts.get(value)
    if (known === undefined) texts.set(value, value)
    else row[column] = known
  }
}

/** What the state database says of one thread. */
export interface ThreadRows {
  readonly row: SqlRow | null
  readonly overlay: OverlayRow
}

export const noThreadRows: ThreadRows = { row: null, overlay: noOverlay }

export function readThreadRows(db: Database.Database, threadId: ThreadId): ThreadRows {
  return ofOneCommit(db, () => threadRows(db, threadId))
}

/** A row and what is kept beside it are changed together: between two reads both may have been. */
function ofOneCommit<T>(db: Database.Database, read: () => T): T {
  return db.transaction(read)()
}

function threadRows(db: Database.Database, threadId: ThreadId): ThreadRows {
  const row = hasTable(db, 'threads')
    ? (prepared<[string], SqlRow>(db, 'SELECT * FROM threads WHERE id = ?').get(threadId) ?? null)
    : null
  const found = hasTable(db, OVERLAY_TABLE)
    ? prepared<[string], { fields: string; files: string }>(
        db,
        `SELECT fields, files FROM ${OVERLAY_TABLE} WHERE thread_id = ?`,
      ).get(threadId)
    : undefined
  return { row, overlay: found ? parseOverlayRow(found.fields, found.files) : noOverlay }
}
