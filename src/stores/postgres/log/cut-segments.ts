import { asBuffer } from '../../../history/as-buffer.js'
import { SEGMENT_BYTES_MAX } from './segment.js'

const LINE_FEED = 0x0a

/**
 * Cuts chunks into pieces of at most 1 MiB that end with a line. Only a line longer than that goes
 * through several pieces.
 */
export async function* cutSegments(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number = SEGMENT_BYTES_MAX,
): AsyncGenerator<Buffer, void, undefined> {
  let waiting: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    waiting.push(asBuffer(chunk))
    length += chunk.length
    if (length < bytesMax) continue
    let whole = join(waiting, length)
    while (whole.length >= bytesMax) {
      const end = cutBefore(whole, bytesMax)
      yield whole.subarray(0, end)
      whole = whole.subarray(end)
    }
    waiting = [whole]
    length = whole.length
  }
  if (length > 0) yield join(waiting, length)
}

function join(pieces: readonly Buffer[], length: number): Buffer {
  const [first] = pieces
  return pieces.length === 1 && first ? first : Buffer.concat(pieces, length)
}

/** Where a piece of at most `max` bytes ends: after its last line feed, if it has one. */
function cutBefore(bytes: Buffer, max: number): number {
  const lineFeed = bytes.lastIndexOf(LINE_FEED, max - 1)
  return lineFeed < 0 ? max : lineFeed + 1
}
