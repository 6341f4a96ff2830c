import { promisify } from 'node:util'
import {
  type ZstdOptions,
  constants,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib'
import { ThreadStoreError } from '../../../store/errors.js'

/** Bytes of a segment before compression, at most. */
export const SEGMENT_BYTES_MAX: number = 1024 * 1024

/** How a segment's bytes are stored. */
export const Codec = { none: 0, zstd: 1 } as const
export type Codec = (typeof Codec)[keyof typeof Codec]

/** A stretch of a log as it is stored. */
export interface PackedBytes {
  readonly codec: Codec
  readonly bytes: Uint8Array
  /** Bytes before compression. */
  readonly byteCount: number
}

/** Below this, compressing costs more than it saves. */
const COMPRESSED_FROM_BYTES = 512
/**
 * Below this, handing the work to another thread costs more than doing it: about half a millisecond,
 * and memory that the threads then keep.
 */
const THREADED_FROM_BYTES = 512 * 1024

const compressThreaded = promisify(
  zstdCompress as (data: Uint8Array, options: ZstdOptions, done: Done) => void,
)
const decompressThreaded = promisify(
  zstdDecompress as (data: Uint8Array, options: ZstdOptions, done: Done) => void,
)
type Done = (error: Error | null, result: Buffer) => void

/** Compresses bytes where that makes them smaller. */
export async function pack(raw: Uint8Array): Promise<PackedBytes> {
  const byteCount = raw.length
  if (byteCount >= COMPRESSED_FROM_BYTES) {
    const options: ZstdOptions = {
      // The checksum makes unpacking notice what a disk or a bug changed.
      params: {
        [constants.ZSTD_c_compressionLevel]: 1,
        [constants.ZSTD_c_checksumFlag]: 1,
      },
      pledgedSrcSize: byteCount,
      chunkSize: Math.max(1024, byteCount >> 1),
    }
    const threaded = byteCount >= THREADED_FROM_BYTES
    const bytes = threaded ? await compressThreaded(raw, options) : zstdCompressSync(raw, options)
    if (bytes.length < byteCount) return { codec: Codec.zstd, bytes, byteCount }
  }
  return { codec: Codec.none, bytes: raw, byteCount }
}

/** The bytes as they were before `pack`; `INTERNAL {damaged}` when they cannot be had. */
export async function unpack({ codec, bytes, byteCount }: PackedBytes): Promise<Uint8Array> {
  const raw = codec === Codec.zstd ? await decompress(bytes, byteCount) : bytes
  if (raw.length !== byteCount) {
    throw damagedSegment(`it holds ${raw.length} bytes instead of ${byteCount}`)
  }
  return raw
}

async function decompress(bytes: Uint8Array, byteCount: number): Promise<Uint8Array> {
  const options: ZstdOptions = {
    // No more than was promised is ever unpacked, whatever the stored bytes are.
    maxOutputLength: byteCount,
    // Room to spare: an output that is exactly full makes zlib ask for another one.
    chunkSize: byteCount + 1024,
  }
  try {
    return byteCount >= THREADED_FROM_BYTES
      ? await decompressThreaded(bytes, options)
      : zstdDecompressSync(bytes, options)
  } catch (cause) {
    throw damagedSegment(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function damagedSegment(why: string, cause?: unknown): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `a stored segment cannot be read: ${why}`,
    { reason: 'damaged' },
    { cause },
  )
}
