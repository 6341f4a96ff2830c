import Database from 'better-sqlite3'
import { type JsonObject, type JsonValue, isJsonObject } from '../../../protocol/json.js'
import type { ThreadRecord } from '../../../store/records.js'
import type { CodexDatabase, DatabaseStem } from './codex-database.js'
import { createDatabase } from './create-database.js'
import { rowFromJson } from './json-row.js'
import { prepared } from './statements.js'
import { type SqlRow, hasTable, tableColumns } from './table-columns.js'
import { existingColumns, insertRow, updateThreadRow } from './write-row.js'

const spawnEdgeKeys = ['parent_thread_id', 'child_thread_id']

/** Rows that several threads share come before those that point at them, and stay what they are. */
const sharedTables = ['thread_sections', 'projects', 'project_roots'] as const

/** Puts what a thread's extra holds of the state database back, as far as its schema has a place. */
export function restoreStateExtra(db: Database.Database, record: ThreadRecord): void {
  for (const table of sharedTables) restoreRows(db, table, rowsOf(record, 'state', table), 'IGNORE')
  attempt(db, () => updateThreadRow(db, record.threadId, columnsOf(db, record)))
  for (const table of parentsFirst(db, tablesOf(record, 'state'))) {
    restoreRows(db, table, ownRows(db, record, 'state', table), 'REPLACE')
  }
}

/** Puts what a thread's extra holds of another database back, which is made where there is none. */
export function restoreExtra(
  database: CodexDatabase,
  sqliteHome: string,
  record: ThreadRecord,
): void {
  const { stem } = database
  const tables = tablesOf(record, stem)
  if (tables.length === 0) return
  if (database.file() === null && stem !== 'thread_history') createDatabase(sqliteHome, stem)
  if (database.connection() === null) return
  database.change((db) => {
    for (const table of parentsFirst(db, tables)) {
      restoreRows(db, table, ownRows(db, record, database.stem, table), 'REPLACE')
    }
  })
}

/**
 * Tables that others refer to come first: a row that is replaced takes the rows with it that refer
 * to it, and one that refers to a row that is not there is refused.
 */
function parentsFirst(db: Database.Database, tables: readonly string[]): string[] {
  const query = prepared<[string], string>(
    db,
    'SELECT "table" FROM pragma_foreign_key_list(?)',
  ).pluck()
  const references = (table: string): number =>
    query.all(table).filter((parent) => tables.includes(parent)).length
  return tables.toSorted((a, b) => references(a) - references(b))
}

/** Rows of the thread itself: nothing that came with a thread may write what belongs to another. */
function ownRows(
  db: Database.Database,
  record: ThreadRecord,
  stem: DatabaseStem,
  table: string,
): JsonObject[] {
  const keys = ['thread_id', ...(table === 'thread_spawn_edges' ? spawnEdgeKeys : [])]
  const columns = new Set(tableColumns(db, table).map(({ name }) => name))
  return rowsOf(record, stem, table).filter((row) =>
    keys.some((key) => columns.has(key) && row[key] === record.threadId),
  )
}

function restoreRows(
  db: Database.Database,
  table: string,
  rows: readonly JsonObject[],
  conflict: 'IGNORE' | 'REPLACE',
): void {
  if (rows.length === 0 || table === 'threads' || !hasTable(db, table)) return
  for (const row of rows) {
    attempt(db, () => insertRow(db, table, existingColumns(db, table, rowFromJson(row)), conflict))
  }
}

/** What the database refuses is kept beside it; it must not keep the rest out. */
function attempt(db: Database.Database, act: () => void): void {
  try {
    db.transaction(act)()
  } catch (reason) {
    const refused = reason instanceof Database.SqliteError || reason instanceof TypeError
    if (!refused) throw reason
  }
}

/** Columns that no field says; one that a field says by now is not put back. */
function columnsOf(db: Database.Database, record: ThreadRecord): SqlRow {
  const { columns } = record.extra ?? {}
  if (!isJsonObject(columns)) return {}
  const stale = new Set([
    ...(record.tokenUsage === null ? [] : ['tokens_used']),
    ...(record.permissionProfile === null ? [] : ['sandbox_policy']),
    ...(typeof record.approvalMode === 'string' ? ['approval_mode'] : []),
    ...(typeof record.source === 'string' ? ['source'] : []),
    'id',
    'rollout_path',
  ])
  const kept = Object.entries(columns).filter(([name]) => !stale.has(name))
  return existingColumns(db, 'threads', rowFromJson(Object.fromEntries(kept)))
}

function tablesOf(record: ThreadRecord, stem: DatabaseStem): string[] {
  const { tables } = record.extra ?? {}
  if (!isJsonObject(tables)) return []
  return Object.keys(tables)
    .filter((name) => name.startsWith(`${stem}.`))
    .map((name) => name.slice(stem.length + 1))
}

function rowsOf(record: ThreadRecord, stem: DatabaseStem, table: string): JsonObject[] {
  const { tables } = record.extra ?? {}
  const rows = isJsonObject(tables) ? tables[`${stem}.${table}`] : null
  return Array.isArray(rows) ? (rows as readonly JsonValue[]).filter(isJsonObject) : []
}
