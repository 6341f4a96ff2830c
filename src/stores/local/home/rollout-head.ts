import { closeSync, readSync } from 'node:fs'
import { parseRolloutLine } from '../../../history/rollout-line.js'
import { type SessionMeta, readSessionMeta } from '../../../history/session-meta.js'
import { splitLines } from '../../../history/split-lines.js'
import { type JsonObject, isJsonObject } from '../../../protocol/json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { type FileStamp, stampOf } from './file-stamp.js'
import { KnownFiles } from './known-files.js'
import { ifReadable, openForReading, readRolloutBytes } from './rollout-bytes.js'
import type { RolloutEntry } from './rollout-tree.js'

/** Bytes in which a rollout must have said whose it is. */
const HEAD_BYTES_MAX = 64 * 1024 * 1024

/** Most first lines are shorter than this, instructions included. */
const FIRST_READ_BYTES = 64 * 1024

/** Shared, because nothing waits between filling it and reading from it. */
const firstBytes = Buffer.alloc(FIRST_READ_BYTES)

/** What lists and lineages ask of a rollout's first `session_meta`; there are many, so no more. */
type RolloutHead = Pick<
  SessionMeta,
  'historyMode' | 'historyBase' | 'forkedFromId' | 'parentThreadId'
>

/** Reads the heads of rollouts, and remembers them as long as their files are the same. */
export class RolloutHeads {
  readonly #known = new KnownFiles<RolloutHead | null>()

  /** The head of a rollout; `null` when it has none. */
  head(
    entry: RolloutEntry,
    stamp: FileStamp | null = stampOf(entry.path),
  ): Promise<RolloutHead | null> {
    return this.#known.find(entry.file, stamp, () => readHead(entry))
  }

  /** The same, with `null` also for a rollout that cannot be read. */
  tryHead(entry: RolloutEntry, stamp?: FileStamp | null): Promise<RolloutHead | null> {
    return ifReadable(() => this.head(entry, stamp), null)
  }
}

/** The first `session_meta` of a rollout; `null` when it has none. */
export async function firstSessionMeta(entry: RolloutEntry): Promise<SessionMeta | null> {
  const item = await firstMeta(entry)
  return item && readSessionMeta(item)
}

/** The payload of the first `session_meta` as it stands, or `null` when there is none. */
export async function firstMetaPayload(entry: RolloutEntry): Promise<JsonObject | null> {
  const item = await firstMeta(entry)
  return isJsonObject(item?.payload) ? item.payload : null
}

async function readHead(entry: RolloutEntry): Promise<RolloutHead | null> {
  const meta = await firstSessionMeta(entry)
  if (meta === null) return null
  const { historyMode, historyBase, forkedFromId, parentThreadId } = meta
  return { historyMode, historyBase, forkedFromId, parentThreadId }
}

async function firstMeta(entry: RolloutEntry): Promise<RolloutItem | null> {
  return (entry.compressed ? null : firstLineMeta(entry.path)) ?? (await searchMeta(entry))
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
