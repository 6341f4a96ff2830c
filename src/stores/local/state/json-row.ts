import { type JsonObject, type JsonValue, isJsonObject } from '../../../protocol/json.js'
import type { SqlRow, SqlValue } from './table-columns.js'

/** A row as JSON that `rowFromJson` turns back into the same row. */
export function rowToJson(row: SqlRow): JsonObject {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, valueToJson(value)]),
  )
}

export function rowFromJson(row: JsonObject): SqlRow {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, valueFromJson(value)]),
  )
}

/** JSON has no blobs and no integers beyond 2^53: they become objects with one telling key. */
export function valueToJson(value: SqlValue): JsonValue {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { $integer: String(value) }
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $real: String(value) }
  if (value instanceof Uint8Array) return { $blob: Buffer.from(value).toString('base64') }
  return value
}

function valueFromJson(value: JsonValue): SqlValue {
  if (typeof value === 'string' || value === null) return value
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (!isJsonObject(value)) return JSON.stringify(value)
  const { $integer, $real, $blob } = value
  if (typeof $integer === 'string') return BigInt($integer)
  if (typeof $real === 'string') return Number($real)
  if (typeof $blob === 'string') return Buffer.from($blob, 'base64')
  return JSON.stringify(value)
}
