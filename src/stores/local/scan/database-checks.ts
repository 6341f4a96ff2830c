import { basename } from 'node:path'
import type Database from 'better-sqlite3'
import type { OpenHome } from '../open-home.js'
import { stampOf } from '../home/file-stamp.js'
import { OVERLAY_TABLE } from '../state/state-rows.js'
import { hasTable, quoted, tableColumns, tablesWithColumn } from '../state/table-columns.js'
import type { FindingTally } from './finding-tally.js'

/** Looks at the databases themselves, whatever their rows say. */
export function checkDatabases(home: OpenHome, tally: FindingTally): void {
  if (home.state.file() === null) tally.add('DATABASE_MISSING', 'state')
  const written = new Set(home.writers.all().map(({ path }) => path))
  for (const database of home.databases) {
    const file = database.file()
    const damage = database.use(damageOf, null)
    if (database.problem !== null) tally.add('DATABASE_UNREADABLE', database.problem)
    else if (damage !== null) tally.add('DATABASE_DAMAGED', `${database.stem}: ${damage}`)
    const wal = file === null ? null : stampOf(`${file}-wal`)
    const inUse = !home.writers.known || written.has(`${file}-wal`)
    if (file !== null && wal !== null && wal.size > 0n && !inUse) {
      tally.add('WAL_LEFT', basename(`${file}-wal`))
    }
  }
  const status = home.state.use(backfillStatus, null)
  if (status !== null && status !== 'complete') tally.add('BACKFILL_UNFINISHED', status)
}

/** Counts rows of other tables that are about threads of which there is nothing else. */
export function checkOrphans(
  home: OpenHome,
  isKnown: (threadId: string) => boolean,
  tally: FindingTally,
): void {
  for (const database of home.databases) {
    for (const { table, threadId } of database.use((db) => [...rowsAboutThreads(db)], [])) {
      if (!isKnown(threadId)) tally.add('ORPHAN_ROWS', `${database.stem}.${table} ${threadId}`)
    }
  }
}

/** What SQLite says when it looks through a database; `null` when nothing is wrong. */
function damageOf(db: Database.Database): string | null {
  const said = db.pragma('integrity_check(1)', { simple: true })
  return said === 'ok' ? null : String(said)
}

function backfillStatus(db: Database.Database): string | null {
  if (!hasTable(db, 'backfill_state')) return null
  const status = db.prepare('SELECT status FROM backfill_state').pluck().get()
  return typeof status === 'string' ? status : null
}

function* rowsAboutThreads(
  db: Database.Database,
): Generator<{ readonly table: string; readonly threadId: string }> {
  const keyed = tablesWithColumn(db, 'thread_id').map((table) => [table, 'thread_id'] as const)
  const edges = ['parent_thread_id', 'child_thread_id'] as const
  const columns = [...keyed, ...edges.map((column) => ['thread_spawn_edges', column] as const)]
  for (const [table, column] of columns) {
    const has = tableColumns(db, table).some(({ name }) => name === column)
    if (!has || table === OVERLAY_TABLE) continue
    const sql = `SELECT DISTINCT ${quoted(column)} FROM ${quoted(table)}`
    for (const threadId of db.prepare<[], unknown>(sql).pluck().iterate()) {
      if (typeof threadId === 'string') yield { table, threadId }
    }
  }
}
