import type Database from 'better-sqlite3'

type Statements = Map<string, Database.Statement>

const known = new WeakMap<Database.Database, Statements>()

/**
 * A statement that is prepared once per connection: preparing takes longer than most of them run.
 * SQLite prepares it again by itself when the schema changes.
 */
export function prepared<P extends unknown[], R>(
  db: Database.Database,
  sql: string,
): Database.Statement<P, R> {
  const statements: Statements = known.get(db) ?? new Map<string, Database.Statement>()
  known.set(db, statements)
  const statement = statements.get(sql) ?? db.prepare(sql)
  statements.set(sql, statement)
  return statement as Database.Statement<P, R>
}
