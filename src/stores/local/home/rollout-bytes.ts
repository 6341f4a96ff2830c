import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { type Readable, pipeline } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import { ThreadStoreError } from '../../../store/errors.js'
import { errorCode, unreadable } from './unreadable.js'
import type { RolloutEntry } from './rollout-tree.js'
import { endsWithFrame } from './zstd-frames.js'

/** Which bytes of a rollout to read; both ends count decompressed bytes. */
export interface ByteRange {
  /** @defaultValue 0 */
  readonly from?: number
  /** @defaultValue the end of the file */
  readonly to?: number
}

const CHUNK_BYTES = 64 * 1024

/** Bytes that are read without letting anybody else have a turn. */
const SMALL_BYTES = 256 * 1024

/**
 * Bytes a compressed rollout may decompress to. More is a bomb or a mistake: Codex compresses what
 * it once wrote to the same disk.
 */
const DECOMPRESSED_BYTES_MAX: number = 256 * 1024 ** 3

/** The JSONL bytes of a rollout, decompressed where it is compressed, in bounded memory. */
export async function* readRolloutBytes(
  { path, compressed }: Pick<RolloutEntry, 'path' | 'compressed'>,
  range: ByteRange = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = range
  if (from >= to) return
  const packed = compressed && isPacked(path)
  let at = packed ? 0 : from
  for await (const chunk of packed ? decompressed(path) : plain(path, from, to)) {
    const start = Math.max(0, from - at)
    const end = Math.min(chunk.length, to - at)
    at += chunk.length
    if (start < end) yield chunk.subarray(start, end)
    if (at >= to) return
  }
  if (Number.isFinite(to)) throw damaged(path, `it ends at byte ${at}, before byte ${to}`)
}

/** The number of JSONL bytes of a compressed rollout, which only decompressing it tells. */
export async function countRolloutBytes(
  entry: Pick<RolloutEntry, 'path' | 'compressed'>,
): Promise<number> {
  let count = 0
  for await (const chunk of readRolloutBytes(entry)) count += chunk.length
  return count
}

const ZSTD_MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd)

/** Whether bytes begin as compressed ones do; no line of a rollout does. */
export function isZstd(bytes: Uint8Array): boolean {
  return ZSTD_MAGIC.equals(bytes.subarray(0, ZSTD_MAGIC.length))
}

/** Whether a file is compressed, whatever its name says: plain lines have been found under `.zst`. */
function isPacked(path: string): boolean {
  const start = Buffer.alloc(ZSTD_MAGIC.length)
  const file = openForReading(path)
  try {
    return readSync(file, start, 0, start.length, 0) === start.length && isZstd(start)
  } finally {
    closeSync(file)
  }
}

/** Opens a file, or says as an error of the store why it cannot be read. */
export function openForReading(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (reason) {
    throw unreadable(path, reason)
  }
}

/** What `read` makes of a rollout, or `otherwise` when the rollout cannot be read. */
export async function ifReadable<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch (reason) {
    if (errorCode(reason) === null && !ThreadStoreError.is(reason)) throw reason
    return otherwise
  }
}

async function* plain(path: string, from: number, to: number): AsyncGenerator<Buffer> {
  const small = readSmall(path, from, to)
  if (small !== null) {
    if (small.length > 0) yield small
    return
  }
  const end = Number.isFinite(to) ? { end: to - 1 } : {}
  yield* chunksOf(path, createReadStream(path, { start: from, highWaterMark: CHUNK_BYTES, ...end }))
}

/** What fits in a chunk is read at once: most rollouts do, and a stream costs more than they do. */
function readSmall(path: string, from: number, to: number): Buffer | null {
  const file = openForReading(path)
  try {
    const length = Math.max(0, Math.min(to, fstatSync(file).size) - from)
    if (length > SMALL_BYTES) return null
    const bytes = Buffer.allocUnsafe(length)
    let read = 0
    while (read < length) {
      const count = readSync(file, bytes, read, length - read, from + read)
      if (count === 0) break
      read += count
    }
    return bytes.subarray(0, read)
  } catch (reason) {
    throw ThreadStoreError.is(reason) ? reason : unreadable(path, reason)
  } finally {
    closeSync(file)
  }
}

async function* decompressed(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const decoder = createZstdDecompress({ chunkSize: CHUNK_BYTES })
  // The iteration below reports what goes wrong in either; here it only must not go unheard.
  pipeline(source, decoder, () => {})
  let count = 0
  for await (const chunk of chunksOf(path, decoder)) {
    count += chunk.length
    if (count > DECOMPRESSED_BYTES_MAX) {
      throw damaged(path, `it decompresses to more than ${DECOMPRESSED_BYTES_MAX} bytes`)
    }
    yield chunk
  }
  if (!isWhole(path)) throw damaged(path, 'it cannot be decompressed: its end is missing')
}

/** Looked at in every version of Node, so that all of them say the same of the same file. */
function isWhole(path: string): boolean {
  const file = openForReading(path)
  try {
    return endsWithFrame(file)
  } finally {
    closeSync(file)
  }
}

async function* chunksOf(path: string, stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer
  } catch (reason) {
    if (ThreadStoreError.is(reason)) throw reason
    const code = errorCode(reason) ?? ''
    // Codes of zlib begin so; everything else comes from the file system.
    if (code.startsWith('Z') && reason instanceof Error) {
      throw damaged(path, `it cannot be decompressed: ${reason.message}`, reason)
    }
    throw unreadable(path, reason)
  } finally {
    stream.destroy()
  }
}

function damaged(path: string, why: string, cause?: Error): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `rollout ${path} is damaged: ${why}`,
    { reason: 'damaged' },
    cause && { cause },
  )
}
