import type { JsonValue } from './json.js'

/** The value of a JSON text, or `undefined` for a text that is none. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
