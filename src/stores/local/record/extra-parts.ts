import { type JsonObject, type JsonValue, isJsonObject } from '../../../protocol/json.js'
import { canonicalJson } from '../../../store/thread-filter.js'

/**
 * What belongs to a thread when `kept` is what the databases could not hold of it: their own columns
 * count, rows stand side by side.
 */
export function mergeExtra(read: JsonObject | null, kept: JsonObject | null): JsonObject | null {
  if (read === null || kept === null) return read ?? kept
  const columns = { ...objectIn(kept, 'columns'), ...objectIn(read, 'columns') }
  const tables: Record<string, JsonValue> = { ...objectIn(kept, 'tables') }
  for (const [table, rows] of Object.entries(objectIn(read, 'tables'))) {
    tables[table] = [...rowsIn(rows), ...rowsIn(tables[table])]
  }
  return {
    ...kept,
    ...(Object.keys(columns).length === 0 ? {} : { columns }),
    ...(Object.keys(tables).length === 0 ? {} : { tables }),
  }
}

/** The part of `whole` that `read` lacks: what has to be kept beside the databases. */
export function missingExtra(whole: JsonObject, read: JsonObject | null): JsonObject {
  const { columns, tables, ...others } = whole
  const known = read ?? {}
  const missingColumns = isJsonObject(columns)
    ? withoutEqual(columns, objectIn(known, 'columns'))
    : {}
  const missingTables = isJsonObject(tables)
    ? Object.entries(tables).flatMap(([table, rows]) => {
        const stored = new Set(rowsIn(objectIn(known, 'tables')[table]).map(canonicalJson))
        const rest = rowsIn(rows).filter((row) => !stored.has(canonicalJson(row)))
        return rest.length === 0 ? [] : [[table, rest] as const]
      })
    : []
  return {
    ...others,
    ...(isJsonObject(columns) || columns === undefined ? {} : { columns }),
    ...(isJsonObject(tables) || tables === undefined ? {} : { tables }),
    ...(Object.keys(missingColumns).length === 0 ? {} : { columns: missingColumns }),
    ...(missingTables.length === 0 ? {} : { tables: Object.fromEntries(missingTables) }),
  }
}

function withoutEqual(fields: JsonObject, known: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([field, value]) => canonicalJson(value) !== canonicalJson(known[field] ?? null),
    ),
  )
}

function objectIn(extra: JsonObject, field: string): JsonObject {
  const value = extra[field]
  return isJsonObject(value) ? value : {}
}

function rowsIn(rows: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(rows) ? (rows as readonly JsonValue[]) : []
}
