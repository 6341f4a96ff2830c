import type Database from 'better-sqlite3'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type Overlay, parseOverlay } from '../record/overlay.js'
import { type SqlRow, hasTable } from './table-columns.js'

/** The table of ours in Codex's state database. */
export const OVERLAY_TABLE = 'threadstore_overlay'

/** What the state database says of every thread. */
export interface StateRows {
  readonly rows: ReadonlyMap<ThreadId, SqlRow>
  readonly overlays: ReadonlyMap<ThreadId, Overlay>
}

/** Reads every row once; threads are counted in thousands, their histories are elsewhere. */
export function readStateRows(db: Database.Database): StateRows {
  const rows = new Map<ThreadId, SqlRow>()
  const overlays = new Map<ThreadId, Overlay>()
  if (hasTable(db, 'threads')) {
    for (const row of db.prepare<[], SqlRow & { id: string }>('SELECT * FROM threads').iterate()) {
      rows.set(row.id, row)
    }
  }
  if (hasTable(db, OVERLAY_TABLE)) {
    const found = db.prepare<[], { thread_id: string; fields: string }>(
      `SELECT thread_id, fields FROM ${OVERLAY_TABLE}`,
    )
    for (const row of found.iterate()) overlays.set(row.thread_id, parseOverlay(row.fields))
  }
  return { rows, overlays }
}

/** What the state database says of one thread; `null` when it says nothing. */
export function readStateRow(
  db: Database.Database,
  threadId: ThreadId,
): { readonly row: SqlRow | null; readonly overlay: Overlay } | null {
  const row = hasTable(db, 'threads')
    ? (db.prepare<[string], SqlRow>('SELECT * FROM threads WHERE id = ?').get(threadId) ?? null)
    : null
  const fields = hasTable(db, OVERLAY_TABLE)
    ? db
        .prepare<[string], string>(`SELECT fields FROM ${OVERLAY_TABLE} WHERE thread_id = ?`)
        .pluck()
        .get(threadId)
    : undefined
  if (row === null && fields === undefined) return null
  return { row, overlay: fields === undefined ? {} : parseOverlay(fields) }
}
