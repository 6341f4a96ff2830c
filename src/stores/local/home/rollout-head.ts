import { closeSync, readSync } from 'node:fs'
import { parseRolloutLine } from '../../../history/rollout-line.js'
import { type SessionMeta, readSessionMeta } from '../../../history/session-meta.js'
import { splitLines } from '../../../history/split-lines.js'
import { type JsonObject, isJsonObject } from '../../../protocol/json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { type FileStamp, sameStamp, stampOf } from './file-stamp.js'
import { ifReadable, openForReading, readRolloutBytes } from './rollout-bytes.js'
import type { RolloutEntry } from './rollout-tree.js'

/** Bytes in which a rollout must have said whose it is. */
const HEAD_BYTES_MAX = 64 * 1024 * 1024

/** Most first lines are shorter than this, instructions included. */
const FIRST_READ_BYTES = 64 * 1024

/** Shared, because nothing waits between filling it and reading from it. */
const firstBytes = Buffer.alloc(FIRST_READ_BYTES)

/** Reads the heads of rollouts, and remembers them as long as their files are the same. */
export class RolloutHeads {
  readonly #known = new Map<string, { stamp: FileStamp | null; head: SessionMeta | null }>()

  /** The first `session_meta` of a rollout; `null` when it has none. */
  async head(
    entry: RolloutEntry,
    stamp: FileStamp | null = stampOf(entry.path),
  ): Promise<SessionMeta | null> {
    const known = this.#known.get(entry.file)
    if (known !== undefined && sameStamp(known.stamp, stamp)) return known.head
    const head = await readHead(entry)
    this.#known.set(entry.file, { stamp, head })
    return head
  }

  /** The same, with `null` also for a rollout that cannot be read. */
  tryHead(entry: RolloutEntry, stamp?: FileStamp | null): Promise<SessionMeta | null> {
    return ifReadable(() => this.head(entry, stamp), null)
  }

  /** Lets go of what is known of files that are gone. */
  keepOnly(files: ReadonlySet<string>): void {
    for (const file of this.#known.keys()) if (!files.has(file)) this.#known.delete(file)
  }
}

/** The payload of the first `session_meta` as it stands, or `null` when there is none. */
export async function firstMetaPayload(entry: RolloutEntry): Promise<JsonObject | null> {
  const item = (entry.compressed ? null : firstLineMeta(entry.path)) ?? (await searchMeta(entry))
  return isJsonObject(item?.payload) ? item.payload : null
}

async function readHead(entry: RolloutEntry): Promise<SessionMeta | null> {
  const item = (entry.compressed ? null : firstLineMeta(entry.path)) ?? (await searchMeta(entry))
  const meta = item && readSessionMeta(item)
  // Instructions are long, and nobody asks a head for them.
  return meta && { ...meta, baseInstructions: null, dynamicTools: null }
}

/** The common case, one small read: the first line is whole and is the `session_meta`. */
function firstLineMeta(path: string): RolloutItem | null {
  const bytes = firstBytes
  const file = openForReading(path)
  try {
    const length = readSync(file, bytes, 0, bytes.length, 0)
    const end = bytes.subarray(0, length).indexOf(0x0a)
    return end < 0 ? null : metaOf(bytes.subarray(0, end))
  } finally {
    closeSync(file)
  }
}

async function searchMeta(entry: RolloutEntry): Promise<RolloutItem | null> {
  const chunks = readRolloutBytes(entry)
  const lines = splitLines(chunks, { lineBytesMax: HEAD_BYTES_MAX })
  for await (const { bytes, offset } of lines) {
    if (offset > HEAD_BYTES_MAX) return null
    const meta = bytes === null ? null : metaOf(bytes)
    if (meta !== null) return meta
  }
  return null
}

function metaOf(line: Uint8Array): RolloutItem | null {
  const parsed = parseRolloutLine(line)
  return 'item' in parsed && readSessionMeta(parsed.item) !== null ? parsed.item : null
}
