import type Database from 'better-sqlite3'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type OverlayRow, noOverlay, parseOverlayRow } from '../record/overlay.js'
import { prepared } from './statements.js'
import { type SqlRow, hasTable } from './table-columns.js'

/** The table of ours in Codex's state database. */
export const OVERLAY_TABLE = 'threadstore_overlay'

/** What the state database says of every thread. */
export interface StateRows {
  readonly rows: ReadonlyMap<ThreadId, SqlRow>
  readonly overlays: ReadonlyMap<ThreadId, OverlayRow>
}

/** Reads every row once; threads are counted in thousands, their histories are elsewhere. */
export function readStateRows(db: Database.Database): StateRows {
  const rows = new Map<ThreadId, SqlRow>()
  const overlays = new Map<ThreadId, OverlayRow>()
  if (hasTable(db, 'threads')) {
    for (const row of db.prepare<[], SqlRow & { id: string }>('SELECT * FROM threads').iterate()) {
      rows.set(row.id, row)
    }
  }
  if (hasTable(db, OVERLAY_TABLE)) {
    const found = db.prepare<[], { thread_id: string; fields: string; files: string }>(
      `SELECT thread_id, fields, files FROM ${OVERLAY_TABLE}`,
    )
    for (const { thread_id: id, fields, files } of found.iterate()) {
      overlays.set(id, parseOverlayRow(fields, files))
    }
  }
  return { rows, overlays }
}

/** What the state database says of one thread. */
export interface ThreadRows {
  readonly row: SqlRow | null
  readonly overlay: OverlayRow
}

export const noThreadRows: ThreadRows = { row: null, overlay: noOverlay }

export function readThreadRows(db: Database.Database, threadId: ThreadId): ThreadRows {
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
