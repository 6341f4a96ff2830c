/**
 * The JSON text of a value, from which parsing gives back an equal one: unlike `JSON.stringify`,
 * `-0` stays `-0`. Half a character is escaped, so that the text is always valid UTF-8.
 */
export function printJson(value: unknown): string {
  const text = JSON.stringify(value)
  // Zeros are common and -0 is not: the hint spares most values a look, the look the second printing.
  const hinted = text === '0' || /[:[,]0[,\]}]/.test(text)
  return hinted && holdsMinusZero(value) ? printKeepingMinusZero(value) : text
}

function holdsMinusZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0)
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return parts.some(holdsMinusZero)
}

function printKeepingMinusZero(value: unknown): string {
  const minusZero = (JSON as JSON & { rawJSON(text: string): unknown }).rawJSON('-0')
  return JSON.stringify(value, (_key, part: unknown) => (Object.is(part, -0) ? minusZero : part))
}
