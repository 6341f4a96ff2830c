import type Database from 'better-sqlite3'
import { type JsonObject, type JsonValue, isJsonObject } from '../../../protocol/json.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { TokenUsage } from '../../../protocol/metadata.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import type { CodexDatabase } from './codex-database.js'
import { rowToJson, valueToJson } from './json-row.js'
import { OVERLAY_TABLE } from './state-rows.js'
import { prepared } from './statements.js'
import {
  type Column,
  type SqlRow,
  quoted,
  tableColumns,
  tablesWithColumn,
} from './table-columns.js'

/** Columns of `threads` that a field of the record says in full, if they hold what they are for. */
const columnsWithField: ReadonlySet<string> = new Set([
  'id',
  'rollout_path',
  'created_at',
  'updated_at',
  'created_at_ms',
  'updated_at_ms',
  'model_provider',
  'cwd',
  'title',
  'archived',
  'archived_at',
  'git_sha',
  'git_branch',
  'git_origin_url',
  'cli_version',
  'first_user_message',
  'agent_nickname',
  'agent_role',
  'agent_path',
  'memory_mode',
  'model',
  'reasoning_effort',
  'thread_source',
  'preview',
  'history_mode',
  'name',
])

/** Those of them that hold numbers; the others hold text. */
const numberColumns: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'created_at_ms',
  'updated_at_ms',
  'archived',
  'archived_at',
])

/** Columns that a field says unless they hold something it cannot spell. */
const jsonColumns: ReadonlySet<string> = new Set(['source', 'sandbox_policy', 'approval_mode'])

/** Tables whose rows name a thread in a column of another name. */
const otherKeys: readonly (readonly [table: string, column: string])[] = [
  ['thread_spawn_edges', 'parent_thread_id'],
  ['thread_spawn_edges', 'child_thread_id'],
]

/** Rows that threads point at and share. */
const referencedRows: readonly (readonly [table: string, key: string, column: string])[] = [
  ['thread_sections', 'id', 'thread_section_id'],
  ['projects', 'id', 'project_id'],
  ['project_roots', 'project_id', 'project_id'],
]

const tablesOfOurs: ReadonlySet<string> = new Set([OVERLAY_TABLE, 'threads'])

/** Reads what belongs to threads out of the databases of a home; knows which tables are empty. */
export interface ExtraSnapshot {
  read(threadId: ThreadId, row: SqlRow | null, tokenUsage: TokenUsage | null): JsonObject | null
}

/** Looks for the databases and their tables once for any number of threads. */
export class ExtraReader {
  readonly #databases: readonly CodexDatabase[]
  readonly #readers = new Map<CodexDatabase, DatabaseReader>()

  constructor(databases: readonly CodexDatabase[]) {
    this.#databases = databases
  }

  snapshot(): ExtraSnapshot {
    const filled = new Map<DatabaseReader, ReadonlySet<string>>()
    const filledOf = (reader: DatabaseReader): ReadonlySet<string> => {
      const tables = filled.get(reader) ?? reader.filledTables()
      filled.set(reader, tables)
      return tables
    }
    return {
      read: (threadId, row, tokenUsage) => {
        const tables: Record<string, JsonObject[]> = {}
        let columns: JsonObject = {}
        for (const database of this.#databases) {
          database.use((db) => {
            // Another one than for the thread before when the database was written meanwhile.
            const reader = this.#reader(database, db)
            if (database.stem === 'state' && row !== null) {
              columns = reader.oddColumns(row, tokenUsage)
            }
            for (const [table, rows] of reader.rowsOf(threadId, row, filledOf(reader))) {
              if (rows.length > 0) tables[`${database.stem}.${table}`] = rows
            }
          }, undefined)
        }
        return nullIfEmpty({ ...part('columns', columns), ...part('tables', tables) })
      },
    }
  }

  #reader(database: CodexDatabase, db: Database.Database): DatabaseReader {
    const known = this.#readers.get(database)
    const schema = prepared(db, 'PRAGMA schema_version').pluck().get()
    if (known !== undefined && known.db === db && known.schema === schema) return known
    const reader = new DatabaseReader(db, schema)
    this.#readers.set(database, reader)
    return reader
  }
}

function part(name: string, fields: JsonObject): JsonObject {
  return Object.keys(fields).length === 0 ? {} : { [name]: fields }
}

function nullIfEmpty(fields: JsonObject): JsonObject | null {
  return Object.keys(fields).length === 0 ? null : fields
}

type RowQuery = readonly [table: string, query: Database.Statement<[string], SqlRow>]

/** The statements for one database, which depend on its schema. */
class DatabaseReader {
  readonly db: Database.Database
  readonly schema: unknown
  readonly #columns: readonly Column[]
  readonly #owned: readonly RowQuery[]
  readonly #referenced: readonly (readonly [column: string, query: RowQuery])[]

  constructor(db: Database.Database, schema: unknown) {
    this.db = db
    this.schema = schema
    this.#columns = tableColumns(db, 'threads')
    const own = tablesWithColumn(db, 'thread_id').filter((table) => !tablesOfOurs.has(table))
    const keyed = [...own.map((table) => [table, 'thread_id'] as const), ...otherKeys]
    this.#owned = keyed.flatMap(([table, column]) => this.#query(table, column))
    this.#referenced = referencedRows.flatMap(([table, key, column]) =>
      this.#query(table, key).map((query) => [column, query] as const),
    )
  }

  /** Most tables are empty in most homes, and need not be asked for every thread. */
  filledTables(): ReadonlySet<string> {
    const tables = [...this.#owned, ...this.#referenced.map(([, query]) => query)]
    return new Set(
      tables
        .map(([table]) => table)
        .filter((table) => {
          const sql = `SELECT EXISTS (SELECT 1 FROM ${quoted(table)})`
          return prepared<[], number>(this.db, sql).pluck().get() === 1
        }),
    )
  }

  rowsOf(
    threadId: ThreadId,
    row: SqlRow | null,
    filled: ReadonlySet<string>,
  ): Map<string, JsonObject[]> {
    const found = new Map<string, JsonObject[]>()
    const add = ([table, query]: RowQuery, key: string): void => {
      if (!filled.has(table)) return
      const rows = query.all(key).map(rowToJson)
      found.set(table, [...(found.get(table) ?? []), ...rows])
    }
    for (const query of this.#owned) add(query, threadId)
    for (const [column, query] of this.#referenced) {
      const key = row?.[column]
      if (typeof key === 'string') add(query, key)
    }
    return found
  }

  oddColumns(row: SqlRow, tokenUsage: TokenUsage | null): JsonObject {
    const kept = this.#columns.filter((column) => !isPlain(column, row, tokenUsage))
    return Object.fromEntries(kept.map(({ name }) => [name, valueToJson(row[name] ?? null)]))
  }

  #query(table: string, column: string): RowQuery[] {
    if (!tableColumns(this.db, table).some(({ name }) => name === column)) return []
    const sql = `SELECT * FROM ${quoted(table)} WHERE ${quoted(column)} = ?`
    return [[table, this.db.prepare<[string], SqlRow>(sql).safeIntegers(true)]]
  }
}

/** Whether a column says nothing that a field of the record, or a fresh row, does not say. */
function isPlain(
  { name, defaultSql }: Column,
  row: SqlRow,
  tokenUsage: TokenUsage | null,
): boolean {
  const value = row[name] ?? null
  if (value === null) return true
  // A blob, or a number where text belongs, is in no field of the record.
  if (columnsWithField.has(name)) {
    return typeof value === (numberColumns.has(name) ? 'number' : 'string')
  }
  if (jsonColumns.has(name)) return isSpelledPlainly(name, value)
  if (name === 'tokens_used') return value === (tokenUsage?.totalTokens ?? 0)
  // Codex sets the two from the time of the last change and moves them with user activity only.
  if (name.startsWith('recency_at')) return row['recency_at_ms'] === row['updated_at_ms']
  return defaultSql === String(value) || defaultSql === `'${String(value)}'`
}

function isSpelledPlainly(column: string, value: JsonValue | SqlRow[string]): boolean {
  if (typeof value !== 'string') return false
  const parsed = value.startsWith('{') ? parseJson(value) : undefined
  if (isJsonObject(parsed)) return JSON.stringify(parsed) === value
  return column !== 'sandbox_policy'
}
