import { closeSync, fstatSync, readSync } from 'node:fs'
import { parseRolloutLine } from '../../../history/rollout-line.js'
import { splitLines } from '../../../history/split-lines.js'
import { readTokenUsage } from '../../../history/token-usage.js'
import { isJsonObject } from '../../../protocol/json.js'
import type { TokenUsage } from '../../../protocol/metadata.js'
import type { FileStamp } from './file-stamp.js'
import { KnownFiles } from './known-files.js'
import { openForReading, readRolloutBytes } from './rollout-bytes.js'
import type { RolloutEntry } from './rollout-tree.js'

const WINDOW_BYTES = 64 * 1024

/** How far back from its end a rollout is searched. */
const TAIL_BYTES_MAX: number = 4 * 1024 * 1024

/** Shared, because nothing waits between filling it and reading from it. */
const lastBytes = Buffer.alloc(WINDOW_BYTES)

const marker = Buffer.from('"token_count"')

/** Reads the token usage of rollouts, and remembers it as long as their files are the same. */
export class RolloutTails {
  readonly #known = new KnownFiles<TokenUsage | null>()

  /**
   * The last usage with the given total that a rollout reports near its end. SQLite holds the total
   * alone; it says which report it came from.
   */
  tokenUsage(
    entry: RolloutEntry,
    totalTokens: number,
    stamp: FileStamp | null,
  ): Promise<TokenUsage | null> {
    const search = entry.compressed
      ? () => searchForwards(entry, totalTokens)
      : () => searchBackwards(entry.path, totalTokens)
    return this.#known.find(entry.file, stamp, search, totalTokens)
  }
}

function searchBackwards(path: string, totalTokens: number): TokenUsage | null {
  const file = openForReading(path)
  try {
    const size = fstatSync(file).size
    for (let window = WINDOW_BYTES; ; window *= 4) {
      const start = Math.max(0, size - Math.min(window, TAIL_BYTES_MAX))
      const bytes = size - start <= lastBytes.length ? lastBytes : Buffer.allocUnsafe(size - start)
      const length = readSync(file, bytes, 0, size - start, start)
      const found = lastIn(bytes.subarray(0, length), totalTokens)
      if (found !== null || start === 0 || window >= TAIL_BYTES_MAX) return found
    }
  } finally {
    closeSync(file)
  }
}

function lastIn(bytes: Buffer, totalTokens: number): TokenUsage | null {
  for (let at = bytes.lastIndexOf(marker); at >= 0; at = bytes.lastIndexOf(marker, at - 1)) {
    const start = bytes.lastIndexOf(0x0a, at) + 1
    const end = bytes.indexOf(0x0a, at)
    const usage = usageOf(bytes.subarray(start, end < 0 ? bytes.length : end))
    if (usage?.totalTokens === totalTokens) return usage
    if (at === 0) return null
  }
  return null
}

async function searchForwards(
  entry: RolloutEntry,
  totalTokens: number,
): Promise<TokenUsage | null> {
  let last: TokenUsage | null = null
  for await (const { bytes } of splitLines(readRolloutBytes(entry))) {
    const usage = bytes?.includes(marker) ? usageOf(bytes) : null
    if (usage?.totalTokens === totalTokens) last = usage
  }
  return last
}

/** The usage that a `token_count` line reports for the whole thread. */
function usageOf(line: Uint8Array): TokenUsage | null {
  const parsed = parseRolloutLine(line)
  if (!('item' in parsed) || parsed.item.type !== 'event_msg') return null
  const { payload } = parsed.item
  const info = isJsonObject(payload) && payload['type'] === 'token_count' ? payload['info'] : null
  return isJsonObject(info) ? readTokenUsage(info['total_token_usage']) : null
}
