import { asBuffer } from './as-buffer.js'
import { LINE_BYTES_MAX } from './rollout-line.js'

/** A line of a rollout: the bytes between two line feeds, whatever they are. */
export interface RawLine {
  /** Bytes before the line. */
  readonly offset: number
  /**
   * The line without its line feed, or `null` when it is longer than the limit. A view of the
   * caller's chunk where the line lies in one: read it before handing over the next chunk, or copy.
   */
  readonly bytes: Buffer | null
  /** Bytes of the line without its line feed. */
  readonly length: number
  /** Whether a line feed ends it; only the last line can lack one. */
  readonly terminated: boolean
}

/** Limits of a splitter. */
interface SplitOptions {
  /**
   * Bytes a line may have to be given as bytes; memory stays within it.
   * @defaultValue `LINE_BYTES_MAX`
   */
  readonly lineBytesMax?: number
}

/** Cuts chunks into lines as they come. */
export interface LineSplitter {
  push(chunk: Uint8Array): void
  /** Hands out what follows the last line feed, if anything does. */
  end(): void
}

const LINE_FEED = 0x0a

/**
 * A splitter that gives every line to `onLine`, in order. Only LF separates lines: CR and U+2028
 * are data, and an empty last line is no line.
 */
export function createLineSplitter(
  onLine: (line: RawLine) => void,
  options: SplitOptions = {},
): LineSplitter {
  const lineBytesMax = Math.min(options.lineBytesMax ?? LINE_BYTES_MAX, LINE_BYTES_MAX)
  let offset = 0
  let pieces: Buffer[] = []
  let length = 0

  function take(piece: Buffer, keep: (bytes: Buffer) => Buffer): void {
    length += piece.length
    if (length > lineBytesMax) pieces = []
    else if (piece.length > 0) pieces.push(keep(piece))
  }

  function finish(terminated: boolean): void {
    const [first] = pieces
    const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces, length)
    const line = { offset, bytes: length > lineBytesMax ? null : whole, length, terminated }
    offset += length + (terminated ? 1 : 0)
    pieces = []
    length = 0
    onLine(line)
  }

  return {
    push(chunk) {
      const bytes = asBuffer(chunk)
      let start = 0
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, start)) {
        take(bytes.subarray(start, at), asBuffer)
        finish(true)
        start = at + 1
      }
      // The rest outlives the chunk, which its owner may fill anew.
      take(bytes.subarray(start), (rest) => Buffer.from(rest))
    },
    end() {
      if (length > 0) finish(false)
    },
  }
}

/** The lines of a stream of chunks. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  options?: SplitOptions,
): AsyncGenerator<RawLine, void, undefined> {
  let lines: RawLine[] = []
  const splitter = createLineSplitter((line) => lines.push(line), options)
  for await (const chunk of chunks) {
    splitter.push(chunk)
    yield* lines
    lines = []
  }
  splitter.end()
  yield* lines
}

/** The lines of bytes that are in memory already. */
export function splitBuffer(bytes: Uint8Array, options?: SplitOptions): readonly RawLine[] {
  const lines: RawLine[] = []
  const splitter = createLineSplitter((line) => lines.push(line), options)
  splitter.push(bytes)
  splitter.end()
  return lines
}
