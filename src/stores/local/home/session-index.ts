import {
  appendFileSync,
  createReadStream,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { splitLines } from '../../../history/split-lines.js'
import { type JsonValue, isJsonObject } from '../../../protocol/json.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { fileEndsTorn } from './file-end.js'
import { type FileStamp, sameStamp, stampOf } from './file-stamp.js'

/** An entry is a line of at most this many bytes; longer ones are nobody's name. */
const ENTRY_BYTES_MAX = 1024 * 1024

/** The newest name of every thread in `session_index.jsonl`; blank where it was cleared. */
export type IndexNames = ReadonlyMap<ThreadId, string>

/** A line of the index: from then on the thread has that name, or with `null` none. */
export interface IndexEntry {
  readonly threadId: ThreadId
  readonly name: string | null
  readonly updatedAt: string
}

/** Reads the file of names, and reads it again only when it has changed. */
export class SessionIndex {
  readonly #path: string
  #stamp: FileStamp | null = null
  #names: IndexNames = new Map()
  /** Lines that are no entries, in the state of the file that was read last. */
  #unreadableLines = 0

  constructor(path: string) {
    this.#path = path
  }

  get unreadableLines(): number {
    return this.#unreadableLines
  }

  /** What tells whether the file has changed. */
  stamp(): FileStamp | null {
    return stampOf(this.#path)
  }

  /** The same map as long as the file is the same. */
  async names(): Promise<IndexNames> {
    const stamp = this.stamp()
    if (sameStamp(stamp, this.#stamp)) return this.#names
    this.#names = stamp === null ? new Map() : await this.#read()
    this.#stamp = stamp
    return this.#names
  }

  async #read(): Promise<IndexNames> {
    const names = new Map<ThreadId, string>()
    let unreadable = 0
    const lines = splitLines(createReadStream(this.#path), { lineBytesMax: ENTRY_BYTES_MAX })
    for await (const { bytes, length } of lines) {
      const entry = bytes === null ? undefined : parseJson(bytes.toString('utf8'))
      const id = isJsonObject(entry) ? entry['id'] : null
      const name = isJsonObject(entry) ? entry['thread_name'] : null
      if (typeof id === 'string' && typeof name === 'string') names.set(id, name)
      else if (length > 0) unreadable += 1
    }
    this.#unreadableLines = unreadable
    return names
  }
}

/** Adds an entry, which from then on is the thread's newest. Hold the index's lock. */
export function appendIndexEntry(path: string, entry: IndexEntry): void {
  const { threadId, name, updatedAt } = entry
  const line = JSON.stringify({ id: threadId, thread_name: name ?? '', updated_at: updatedAt })
  appendFileSync(path, fileEndsTorn(path) ? `\n${line}\n` : `${line}\n`)
}

/** Removes every entry of a thread. Hold the index's lock. */
export function removeIndexEntries(path: string, threadId: ThreadId): void {
  if (!existsSync(path)) return
  const lines = readFileSync(path, 'utf8').split('\n')
  const kept = lines.filter((line) => !line.includes(threadId) || idOf(line) !== threadId)
  if (kept.length === lines.length) return
  const staged = `${path}.threadstore.tmp`
  writeFileSync(staged, kept.join('\n'))
  renameSync(staged, path)
}

function idOf(line: string): JsonValue | undefined {
  const entry = parseJson(line)
  return isJsonObject(entry) ? entry['id'] : undefined
}
