/**
 * The JSON text of a value, from which parsing gives back an equal one: unlike `JSON.stringify`,
 * `-0` stays `-0`, and a number too large, which parses as infinite, stays too large. Half a
 * character is escaped, so that the text is always valid UTF-8.
 */
export function printJson(value: unknown): string {
  // Such numbers are rare, and to look for them costs less than to print in a way that keeps them.
  return holdsOddNumber(value) ? printKeepingNumbers(value) : JSON.stringify(value)
}

/** What `JSON.stringify` would print as another number, or as none. */
function oddNumber(value: unknown): string | null {
  if (Object.is(value, -0)) return '-0'
  if (value === Infinity) return '1e999'
  return value === -Infinity ? '-1e999' : null
}

function holdsOddNumber(value: unknown): boolean {
  if (typeof value === 'number') return oddNumber(value) !== null
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsOddNumber)
  // Unlike Object.values this makes no array, and it runs over all that is answered and stored.
  for (const key in value) {
    if (holdsOddNumber((value as Readonly<Record<string, unknown>>)[key])) return true
  }
  return false
}

function printKeepingNumbers(value: unknown): string {
  const json = JSON as JSON & { rawJSON(text: string): unknown }
  return JSON.stringify(value, (_key, part: unknown) => {
    const text = oddNumber(part)
    return text === null ? part : json.rawJSON(text)
  })
}
