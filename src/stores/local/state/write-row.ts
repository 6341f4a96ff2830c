import type Database from 'better-sqlite3'
import { printJson } from '../../../protocol/print-json.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import type { OverlayRow } from '../record/overlay.js'
import { createOverlayTable } from './create-database.js'
import { OVERLAY_TABLE } from './state-rows.js'
import { prepared } from './statements.js'
import { type SqlRow, type SqlValue, quoted, tableColumns } from './table-columns.js'

/** The columns of a row that its table has; a newer or older schema has others. */
export function existingColumns(db: Database.Database, table: string, row: SqlRow): SqlRow {
  const names = new Set(tableColumns(db, table).map(({ name }) => name))
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)))
}

/** Inserts a row, or with `replace` puts it in the place of the one with its key. */
export function insertRow(
  db: Database.Database,
  table: string,
  row: SqlRow,
  conflict: 'ABORT' | 'IGNORE' | 'REPLACE' = 'ABORT',
): void {
  const columns = Object.keys(row)
  const names = columns.map(quoted).join(', ')
  const places = columns.map(() => '?').join(', ')
  const sql = `INSERT OR ${conflict} INTO ${quoted(table)} (${names}) VALUES (${places})`
  prepared<SqlValue[], unknown>(db, sql).run(...Object.values(row))
}

/** Sets columns of a thread's row. */
export function updateThreadRow(db: Database.Database, threadId: ThreadId, row: SqlRow): void {
  const columns = Object.keys(row)
  if (columns.length === 0) return
  const assignments = columns.map((column) => `${quoted(column)} = ?`).join(', ')
  const sql = `UPDATE threads SET ${assignments} WHERE id = ?`
  prepared<SqlValue[], unknown>(db, sql).run(...Object.values(row), threadId)
}

/** Puts an overlay in the place of the one there was; an empty one leaves none. */
export function writeOverlay(
  db: Database.Database,
  threadId: ThreadId,
  { overlay, files }: OverlayRow,
): void {
  createOverlayTable(db)
  if (Object.keys(overlay).length === 0 && Object.keys(files).length === 0) {
    const sql = `DELETE FROM ${OVERLAY_TABLE} WHERE thread_id = ?`
    prepared<[string], unknown>(db, sql).run(threadId)
    return
  }
  const texts = { fields: printJson(overlay), files: printJson(files) }
  insertRow(db, OVERLAY_TABLE, { thread_id: threadId, ...texts }, 'REPLACE')
}
