import type Database from 'better-sqlite3'
import { prepared } from './statements.js'

/** A column of a table, as far as reading and writing rows of any schema version needs to know. */
export interface Column {
  readonly name: string
  /** The default as SQL, or `null`. */
  readonly defaultSql: string | null
  readonly notNull: boolean
}

/** What SQLite gives back for a value. */
export type SqlValue = string | number | bigint | null | Buffer

/** A row, by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>

export function hasTable(db: Database.Database, table: string): boolean {
  const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
  return prepared<[string], unknown>(db, query).get(table) !== undefined
}

/** The columns of a table; none when there is no such table. */
export function tableColumns(db: Database.Database, table: string): Column[] {
  const rows = prepared<[string], { name: string; dflt_value: string | null; notnull: number }>(
    db,
    'SELECT name, dflt_value, "notnull" FROM pragma_table_info(?)',
  ).all(table)
  return rows.map((row) => ({
    name: row.name,
    defaultSql: row.dflt_value,
    notNull: row.notnull !== 0,
  }))
}

/** The tables in which every row belongs to a thread, by a column of the given name. */
export function tablesWithColumn(db: Database.Database, column: string): string[] {
  return db
    .prepare<[string], { name: string }>(
      `SELECT m.name AS name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
       WHERE m.type = 'table' AND c.name = ? ORDER BY m.name`,
    )
    .all(column)
    .map((row) => row.name)
}

/** An identifier as SQL. Names of tables and columns come from the database, never from a caller. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
