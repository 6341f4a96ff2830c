import { createHash } from 'node:crypto'

/** What proves that two stores hold the same rollout. */
export interface RolloutDigest {
  /** Lines that are items. */
  readonly itemCount: number
  /** Lines, whatever is in them; a last line needs no line feed to count. */
  readonly lineCount: number
  readonly byteCount: number
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string
}

/** Hashes bytes as they come, with the hash of what came so far at hand. */
export interface ByteHasher {
  readonly byteCount: number
  /** SHA-256 of the first n bytes, for every mark n that was reached. */
  readonly prefixes: ReadonlyMap<number, string>
  update(chunk: Uint8Array): void
  /** SHA-256 of the bytes so far, lower-case hex. Hashing may go on afterwards. */
  sha256(): string
}

/**
 * A hasher that also notes the hash at each of the `marks`. A copy that holds the first n bytes is
 * proven by the hash at n while the same pass goes on to the end.
 */
export function createByteHasher(marks: readonly number[] = []): ByteHasher {
  const hash = createHash('sha256')
  const pending = [...new Set(marks)].toSorted((a, b) => a - b)
  const prefixes = new Map<number, string>()
  let byteCount = 0

  function add(bytes: Uint8Array): void {
    hash.update(bytes)
    byteCount += bytes.length
  }

  function noteMark(): void {
    if (pending[0] === byteCount) prefixes.set(byteCount, hash.copy().digest('hex'))
    while (pending[0] !== undefined && pending[0] <= byteCount) pending.shift()
  }

  noteMark()
  return {
    get byteCount() {
      return byteCount
    },
    prefixes,
    update(chunk) {
      let rest = chunk
      while (pending[0] !== undefined && pending[0] <= byteCount + rest.length) {
        const length = pending[0] - byteCount
        add(rest.subarray(0, length))
        rest = rest.subarray(length)
        noteMark()
      }
      if (rest.length > 0) add(rest)
    },
    sha256: () => hash.copy().digest('hex'),
  }
}
