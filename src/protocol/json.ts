/** A JSON value as `JSON.parse` returns it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** A JSON object; keys such as `__proto__` are plain data. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text in a field; `null` when there is none. */
export function textAt(object: JsonObject, field: string): string | null {
  const value = object[field]
  return typeof value === 'string' ? value : null
}
