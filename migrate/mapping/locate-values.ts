import { parseJson } from '../../src/protocol/parse-json.js'

/** Where a string or a number stands in a JSON text. */
interface ValuePlace {
  /** Keys from the outermost object on; `*` for any place in a list. */
  readonly path: string
  readonly start: number
  readonly end: number
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs

/**
 * The places of strings and numbers whose path, spelled `a.b.*`, is wanted, so that they can be
 * replaced without touching another byte.
 * @param text - JSON that was parsed before
 */
export function locateValues(text: string, wanted: ReadonlySet<string>): ValuePlace[] {
  const places: ValuePlace[] = []
  const path: string[] = []
  let isKey = false
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match
    if (token === '{') {
      path.push('')
      isKey = true
    } else if (token === '[') {
      path.push('*')
    } else if (token === '}' || token === ']') {
      path.pop()
      isKey = false
    } else if (token === ',') {
      isKey = path.at(-1) !== '*'
    } else if (token === ':') {
      isKey = false
    } else if (isKey) {
      const key = parseJson(token)
      path[path.length - 1] = typeof key === 'string' ? key : ''
    } else {
      const place = path.join('.')
      if (wanted.has(place)) {
        places.push({ path: place, start: match.index, end: match.index + token.length })
      }
    }
  }
  return places
}
