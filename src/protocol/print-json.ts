/**
 * The JSON text of a value, from which parsing gives back an equal one: unlike `JSON.stringify`,
 * `-0` stays `-0`, and a number too large, which parses as infinite, stays too large. Half a
 * character is escaped, so that the text is always valid UTF-8.
 */
export function printJson(value: unknown): string {
  const text = JSON.stringify(value)
  // Zeros and nulls are common and these numbers are not: the hint spares most values a look, the
  // look the second printing.
  const hinted = text === '0' || text === 'null' || /[:[,](?:0|null)[,\]}]/.test(text)
  return hinted && holdsOddNumber(value) ? printKeepingNumbers(value) : text
}

/** What `JSON.stringify` would print as another number, or as none. */
function oddNumber(value: unknown): string | null {
  if (Object.is(value, -0)) return '-0'
  if (value === Infinity) return '1e999'
  return value === -Infinity ? '-1e999' : null
}

function holdsOddNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return oddNumber(value) !== null
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return parts.some(holdsOddNumber)
}

function printKeepingNumbers(value: unknown): string {
  const json = JSON as JSON & { rawJSON(text: string): unknown }
  return JSON.stringify(value, (_key, part: unknown) => {
    const text = oddNumber(part)
    return text === null ? part : json.rawJSON(text)
  })
}
