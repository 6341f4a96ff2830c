import { join } from 'node:path'
import Database from 'better-sqlite3'
import { goalsSchema } from './codex-goals-schema.js'
import { memoriesSchema } from './codex-memories-schema.js'
import { queueSchema } from './codex-queue-schema.js'
import type { CodexSchema } from './codex-schema.js'
import { stateSchema } from './codex-state-schema.js'
import type { databaseStems } from './codex-database.js'
import { OVERLAY_TABLE } from './state-rows.js'
import { hasTable } from './table-columns.js'

const BUSY_TIMEOUT_MS = 5000

const schemas: Readonly<Record<(typeof databaseStems)[number], CodexSchema>> = {
  state: stateSchema,
  goals: goalsSchema,
  queue: queueSchema,
  memories: memoriesSchema,
}

/**
 * Makes the state database of a home that has none, as Codex 0.169 would. Does nothing when
 * somebody else was faster.
 * @param now - milliseconds since 1970
 * @param fill - writes the first rows, in the same transaction
 */
export function createStateDatabase(
  folder: string,
  now: number,
  fill: (db: Database.Database) => void,
): void {
  createDatabase(folder, 'state', (db) => {
    const seconds = Math.floor(now / 1000)
    // Without this row Codex would derive every row anew from the rollouts, and lose names.
    db.prepare<[number, number]>(
      `INSERT INTO backfill_state (id, status, last_watermark, last_success_at, updated_at)
       VALUES (1, 'complete', NULL, ?, ?)`,
    ).run(seconds, seconds)
    fill(db)
  })
}

/** Makes a database of a home that lacks it. Does nothing when somebody else was faster. */
export function createDatabase(
  folder: string,
  stem: keyof typeof schemas,
  fill: (db: Database.Database) => void = () => {},
): void {
  const { file, sql, migrations } = schemas[stem]
  const db = new Database(join(folder, file), { timeout: BUSY_TIMEOUT_MS })
  try {
    db.pragma('auto_vacuum = INCREMENTAL')
    // There is nothing in it yet that could be lost.
    db.pragma('synchronous = OFF')
    db.pragma('journal_mode = WAL')
    db.transaction(() => {
      if (hasTable(db, '_sqlx_migrations')) return
      db.exec(sql)
      const applied = db.prepare<[number, string, Buffer]>(
        `INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (?, ?, 1, ?, 0)`,
      )
      for (const { version, description, checksum } of migrations) {
        applied.run(version, description, Buffer.from(checksum, 'hex'))
      }
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
