/**
 * The JSON text of a value, from which parsing gives back an equal one: unlike `JSON.stringify`,
 * `-0` stays `-0`. Half a character is escaped, so that the text is always valid UTF-8.
 */
export function printJson(value: unknown): string {
  const text = JSON.stringify(value)
  // The hint keeps the second, slow printing rare.
  return text === '0' || /[:[,]0[,\]}]/.test(text) ? printKeepingMinusZero(value, text) : text
}

function printKeepingMinusZero(value: unknown, text: string): string {
  let found = false
  const marked = JSON.stringify(value, (_key, part: unknown) => {
    if (!Object.is(part, -0)) return part
    found = true
    return minusZero
  })
  return found ? marked : text
}

const minusZero: unknown = (JSON as JSON & { rawJSON(text: string): unknown }).rawJSON('-0')
