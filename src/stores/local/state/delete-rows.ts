import type Database from 'better-sqlite3'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { hasTable, quoted, tablesWithColumn } from './table-columns.js'

/** Removes everything of a thread from one database, whatever its schema. */
export function deleteThreadRows(db: Database.Database, threadId: ThreadId): void {
  const remove = (table: string, column: string): void => {
    db.prepare(`DELETE FROM ${quoted(table)} WHERE ${quoted(column)} = ?`).run(threadId)
  }
  for (const table of tablesWithColumn(db, 'thread_id')) remove(table, 'thread_id')
  if (hasTable(db, 'thread_spawn_edges')) {
    remove('thread_spawn_edges', 'parent_thread_id')
    remove('thread_spawn_edges', 'child_thread_id')
  }
  if (hasTable(db, 'threads')) remove('threads', 'id')
}
