import { fstatSync, readSync } from 'node:fs'

const MAGIC = 0xfd2fb528
/** The last four bits of the first byte are free. */
const SKIPPABLE_MAGIC = 0x184d2a50

const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const
const BLOCK_HEADER_BYTES = 3
const CHECKSUM_BYTES = 4
/** The type of a block that is one byte, to be repeated. */
const REPEATED = 1

/**
 * Whether a compressed file ends where a frame ends. Node 22 decompresses one that was cut off as if
 * it had been that short; from its frames, RFC 8878, it shows.
 */
export function endsWithFrame(file: number): boolean {
  const { size } = fstatSync(file)
  let at = 0
  while (at < size) {
    const end = endOfFrame(file, at)
    if (end === null || end > size) return false
    at = end
  }
  return true
}

/** Where the frame that begins at a byte ends; `null` for none, or one without an end. */
function endOfFrame(file: number, from: number): number | null {
  const start = bytesAt(file, from, 8)
  if (start === null) return null
  const magic = start.readUInt32LE(0)
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) return from + 8 + start.readUInt32LE(4)
  return magic === MAGIC ? endOfBlocks(file, from + 4, start.readUInt8(4)) : null
}

function endOfBlocks(file: number, from: number, descriptor: number): number | null {
  let at = from + headerBytes(descriptor)
  for (;;) {
    const header = bytesAt(file, at, BLOCK_HEADER_BYTES)?.readUIntLE(0, BLOCK_HEADER_BYTES)
    if (header === undefined) return null
    const isLast = (header & 1) === 1
    const isRepeated = ((header >> 1) & 3) === REPEATED
    at += BLOCK_HEADER_BYTES + (isRepeated ? 1 : header >> 3)
    if (isLast) return at + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES)
  }
}

/** Bytes of a frame's header, its descriptor among them. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0
  const dictionary = DICTIONARY_ID_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3]
  const content = CONTENT_SIZE_BYTES[(descriptor >> 6) as 0 | 1 | 2 | 3]
  // A single segment has no window; its content has a size, of one byte at least.
  return 1 + dictionary + (isSingle ? Math.max(1, content) : 1 + content)
}

function bytesAt(file: number, at: number, length: number): Buffer | null {
  const bytes = Buffer.alloc(length)
  return readSync(file, bytes, 0, length, at) === length ? bytes : null
}
