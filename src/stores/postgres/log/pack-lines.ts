import { printRolloutLine } from '../../../history/rollout-line.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { SEGMENT_BYTES_MAX, pack } from './segment.js'
import type { Segment } from '../rows/segment-rows.js'

/** Where the next item of a log goes. */
export interface LogEnd {
  readonly byteCount: number
  readonly endOrdinal: number
  /** Whether the last line is ended. */
  readonly endsLine: boolean
}

/** Items as segments of the log they are appended to, and where the log then ends. */
export interface PackedLines {
  readonly segments: readonly Segment[]
  readonly itemCount: number
  readonly to: LogEnd
}

/** Packs stamped items; a torn last line is ended first, so that it harms nothing else. */
export async function packLines(items: readonly RolloutItem[], from: LogEnd): Promise<PackedLines> {
  const pieces = cutLines(items)
  if (!from.endsLine) pieces.unshift({ raw: Buffer.of(0x0a), startsLine: false, items: [] })
  let { byteCount, endOrdinal } = from
  const segments = pieces.map(async ({ raw, startsLine, items: ended }) => {
    const facts = {
      firstByte: byteCount,
      startsLine,
      firstOrdinal: endOrdinal,
      itemCount: ended.length,
    }
    byteCount += raw.length
    for (const { ordinal } of ended) endOrdinal = (ordinal ?? endOrdinal) + 1
    return { ...facts, ...(await pack(raw)) }
  })
  return {
    segments: await Promise.all(segments),
    itemCount: items.length,
    to: { byteCount, endOrdinal, endsLine: true },
  }
}

interface Piece {
  readonly raw: Buffer
  readonly startsLine: boolean
  /** The items whose line ends in it. */
  readonly items: readonly RolloutItem[]
}

/** Lines in pieces that fit a segment; a line that does not is cut. */
function cutLines(items: readonly RolloutItem[]): Piece[] {
  const pieces: Piece[] = []
  let lines: Buffer[] = []
  let ended: RolloutItem[] = []
  let length = 0
  const finish = (): void => {
    if (length > 0) pieces.push({ raw: Buffer.concat(lines), startsLine: true, items: ended })
    lines = []
    ended = []
    length = 0
  }
  for (const item of items) {
    const line = printRolloutLine(item)
    if (length + line.length > SEGMENT_BYTES_MAX) finish()
    if (line.length > SEGMENT_BYTES_MAX) {
      pieces.push(...cutLine(line, item))
      continue
    }
    lines.push(line)
    ended.push(item)
    length += line.length
  }
  finish()
  return pieces
}

function cutLine(line: Buffer, item: RolloutItem): Piece[] {
  const starts = Array.from(
    { length: Math.ceil(line.length / SEGMENT_BYTES_MAX) },
    (_, index) => index * SEGMENT_BYTES_MAX,
  )
  return starts.map((start) => {
    const raw = line.subarray(start, start + SEGMENT_BYTES_MAX)
    const last = start + raw.length === line.length
    return { raw, startsLine: start === 0, items: last ? [item] : [] }
  })
}
