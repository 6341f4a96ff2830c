import { closeSync, fstatSync, readSync } from 'node:fs'
import { OrdinalCounter, ordinalOf } from '../../../history/ordinals.js'
import { parseRolloutLine } from '../../../history/rollout-line.js'
import { splitBuffer, splitLines } from '../../../history/split-lines.js'
import type { HistoryPosition } from '../../../protocol/rollout-item.js'
import { openForReading, readRolloutBytes } from './rollout-bytes.js'
import type { RolloutEntry } from './rollout-tree.js'

const WINDOW_BYTES = 64 * 1024
const WINDOW_BYTES_MAX = 16 * 1024 * 1024

/**
 * The ordinal that the next item of a paginated rollout gets. It is told by the last lines; only a
 * rollout whose last lines have no ordinals is read whole.
 */
export async function nextOrdinal(
  entry: Pick<RolloutEntry, 'path' | 'compressed'>,
  base: HistoryPosition | null,
): Promise<number> {
  const near = entry.compressed ? null : ordinalNearEnd(entry.path)
  if (near !== null) return near
  const ordinals = new OrdinalCounter(base)
  for await (const { bytes } of splitLines(readRolloutBytes(entry))) {
    const parsed = bytes === null ? null : parseRolloutLine(bytes)
    if (parsed !== null && 'item' in parsed) ordinals.count(parsed.item)
  }
  return ordinals.next
}

function ordinalNearEnd(path: string): number | null {
  const file = openForReading(path)
  try {
    const size = fstatSync(file).size
    for (let window = WINDOW_BYTES; window <= WINDOW_BYTES_MAX; window *= 16) {
      const start = Math.max(0, size - window)
      const bytes = Buffer.allocUnsafe(size - start)
      const found = lastOrdinal(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start)))
      if (found !== null) return found + 1
      if (start === 0) return null
    }
    return null
  } finally {
    closeSync(file)
  }
}

/** The ordinal of the last item, if it has one. */
function lastOrdinal(bytes: Buffer): number | null {
  for (const { bytes: line } of splitBuffer(bytes).toReversed()) {
    const parsed = line === null ? null : parseRolloutLine(line)
    if (parsed !== null && 'item' in parsed) return ordinalOf(parsed.item)
  }
  return null
}
