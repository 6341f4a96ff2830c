const TEXT = 25
const BYTEA = 17
/** How the length of a NULL is spelled. */
const NULL_LENGTH = -1

/** An array in PostgreSQL's binary form: as it is, where text would have to be escaped. */
export function encodeArray(values: readonly (string | Uint8Array | null)[]): Buffer {
  const parts = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value))
  const isBytes = values.some((value) => value instanceof Uint8Array)
  const size = parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), 20)
  const array = Buffer.allocUnsafe(size)
  array.writeInt32BE(1, 0) // dimensions
  array.writeInt32BE(parts.includes(null) ? 1 : 0, 4)
  array.writeInt32BE(isBytes ? BYTEA : TEXT, 8)
  array.writeInt32BE(parts.length, 12)
  array.writeInt32BE(1, 16) // the first index
  let at = 20
  for (const part of parts) {
    array.writeInt32BE(part?.length ?? NULL_LENGTH, at)
    at += 4
    if (part) array.set(part, at)
    at += part?.length ?? 0
  }
  return array
}
