import { join } from 'node:path'
import Database from 'better-sqlite3'
import { appliedMigrations, codexSchema } from './codex-schema.js'
import { OVERLAY_TABLE } from './state-rows.js'
import { hasTable } from './table-columns.js'

const BUSY_TIMEOUT_MS = 5000

/** The name under which every release so far looks for its state. */
export const STATE_FILE = 'state_5.sqlite'

/**
 * Makes the state database of a home that has none, as Codex 0.131 would: that release opens it,
 * and newer ones bring it up to date. Does nothing when somebody else was faster.
 * @param now - milliseconds since 1970
 * @param fill - writes the first rows, in the same transaction
 */
export function createStateDatabase(
  folder: string,
  now: number,
  fill: (db: Database.Database) => void,
): void {
  const db = new Database(join(folder, STATE_FILE), { timeout: BUSY_TIMEOUT_MS })
  try {
    db.pragma('auto_vacuum = INCREMENTAL')
    // There is nothing in it yet that could be lost.
    db.pragma('synchronous = OFF')
    db.pragma('journal_mode = WAL')
    db.transaction(() => {
      if (hasTable(db, 'threads')) return
      createSchema(db, Math.floor(now / 1000))
      fill(db)
    }).exclusive()
  } finally {
    db.close()
  }
}

/** Makes the table of ours, which Codex neither reads nor minds. */
export function createOverlayTable(db: Database.Database): void {
  if (hasTable(db, OVERLAY_TABLE)) return
  db.exec(
    `CREATE TABLE IF NOT EXISTS ${OVERLAY_TABLE} (
       thread_id TEXT PRIMARY KEY NOT NULL,
       fields TEXT NOT NULL,
       files TEXT NOT NULL
     )`,
  )
}

function createSchema(db: Database.Database, seconds: number): void {
  db.exec(codexSchema)
  const applied = db.prepare<[number, string, Buffer]>(
    `INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
     VALUES (?, ?, 1, ?, 0)`,
  )
  for (const { version, description, checksum } of appliedMigrations) {
    applied.run(version, description, Buffer.from(checksum, 'hex'))
  }
  // Without this row Codex would derive every row anew from the rollouts, and lose names.
  db.prepare<[number, number]>(
    `INSERT INTO backfill_state (id, status, last_watermark, last_success_at, updated_at)
     VALUES (1, 'complete', NULL, ?, ?)`,
  ).run(seconds, seconds)
}
