/** Names for texts that come again and again: thread ids. */
export type Names = ReadonlyMap<string, string>

/** A value as JavaScript source. */
export function literal(value: unknown, names: Names, indent = '  '): string {
  if (typeof value === 'string') return names.get(value) ?? text(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof AbortSignal) return value.aborted ? 'AbortSignal.abort()' : 'undefined'
  if (value instanceof Uint8Array)
    return `Buffer.from('${Buffer.from(value).toString('base64')}', 'base64')`
  if (Symbol.asyncIterator in value) return stream(value, names, indent)
  if (Array.isArray(value)) return list(value, names, indent)
  return record(value as Readonly<Record<string, unknown>>, names, indent)
}

/** Wide, because one item on one line is easier to read than on eight. */
const width = 200

function list(values: readonly unknown[], names: Names, indent: string): string {
  const parts = values.map((value) => literal(value, names, `${indent}  `))
  return wrapped('[', parts, ']', indent)
}

function record(value: Readonly<Record<string, unknown>>, names: Names, indent: string): string {
  const parts = Object.entries(value).map(
    ([key, field]) => `${property(key)}: ${literal(field, names, `${indent}  `)}`,
  )
  return wrapped('{', parts, '}', indent)
}

function wrapped(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return open + close
  const space = open === '{' ? ' ' : ''
  const line = `${open}${space}${parts.join(', ')}${space}${close}`
  if (line.length <= width && !line.includes('\n')) return line
  const lines = parts.map((part) => `${indent}  ${part},`).join('\n')
  return `${open}\n${lines}\n${indent}${close}`
}

/** `{ __proto__: … }` sets a prototype; only the computed spelling makes a field of it. */
function property(key: string): string {
  if (key === '__proto__') return `['__proto__']`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : text(key)
}

function text(value: string): string {
  const unit = value.length > 100 ? value.slice(0, 1) : ''
  if (unit !== '' && value === unit.repeat(value.length)) {
    return `${text(unit)}.repeat(${value.length})`
  }
  const escaped = JSON.stringify(value)
  return value.includes("'") ? escaped : `'${escaped.slice(1, -1).replaceAll('\\"', '"')}'`
}

/** Chunks that carry their source, as `chunksOf` makes them. */
export interface SourcedChunks extends AsyncIterable<Uint8Array> {
  readonly source: readonly (string | Uint8Array)[]
}

function stream(value: object, names: Names, indent: string): string {
  if (!('source' in value)) return '(async function* () {})()'
  const chunks = (value as SourcedChunks).source.map(
    (chunk) => `Buffer.from(${literal(chunk, names, indent)})`,
  )
  return `(async function* () { yield* [${chunks.join(', ')}] })()`
}
