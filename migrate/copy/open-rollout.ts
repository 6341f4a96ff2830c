import { type ByteHasher, createByteHasher } from '../../src/history/digest.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ExportedRollout } from '../../src/store/raw-history.js'

/** A rollout that is being read once, hashed as it goes. */
interface OpenRollout {
  /** SHA-256 of the bytes before the place where `rest` begins. */
  readonly prefixSha256: string
  /** The bytes from there on. Can be read once. */
  readonly rest: AsyncIterable<Uint8Array>
  /** SHA-256 of the whole rollout, once `rest` is read to its end. */
  readonly sha256: () => string
  /** Lets go of what reading holds, when `rest` is not going to be read to its end. */
  readonly close: () => Promise<void>
}

/** Is told of bytes as they are read. */
export type OnRead = (byteCount: number) => void

/** Reads the first `prefixLength` bytes of a rollout and stands ready to go on. */
export async function openRollout(
  rollout: ExportedRollout,
  prefixLength: number,
  onRead: OnRead,
): Promise<OpenRollout> {
  const hasher = createByteHasher([prefixLength])
  const chunks = rollout.read()[Symbol.asyncIterator]()
  const close = async (): Promise<void> => {
    await chunks.return?.()
  }
  let leftover: Uint8Array | null = null
  while (hasher.byteCount < prefixLength) {
    const next = await chunks.next()
    if (next.done) throw shorterThanPromised(rollout, hasher)
    const before = hasher.byteCount
    hasher.update(next.value)
    onRead(next.value.length)
    if (hasher.byteCount > prefixLength) leftover = next.value.subarray(prefixLength - before)
  }

  async function* rest(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (leftover !== null) yield leftover
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
        hasher.update(next.value)
        onRead(next.value.length)
        yield next.value
      }
      if (hasher.byteCount !== rollout.byteCount) throw shorterThanPromised(rollout, hasher)
    } finally {
      await close()
    }
  }

  return {
    prefixSha256: hasher.prefixes.get(prefixLength) ?? '',
    rest: rest(),
    sha256: () => hasher.sha256(),
    close,
  }
}

/** SHA-256 of the first bytes of a rollout. */
export async function prefixSha256(rollout: ExportedRollout, length: number): Promise<string> {
  const open = await openRollout(rollout, length, () => {})
  await open.close()
  return open.prefixSha256
}

/** Whoever cut the rollout while it was read may be done soon, so the copy is tried again. */
function shorterThanPromised(rollout: ExportedRollout, hasher: ByteHasher): ThreadStoreError {
  return new ThreadStoreError(
    'RETRYABLE',
    `rollout ${rollout.rolloutId} changed while it was read: ${hasher.byteCount} bytes of ${rollout.byteCount}`,
    { reason: 'contention' },
  )
}
