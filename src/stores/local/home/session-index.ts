import {
  appendFileSync,
  createReadStream,
  existsSync,
  lstatSync,
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
interface IndexEntry {
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
  #problem: string | null = null

  constructor(path: string) {
    this.#path = path
  }

  get unreadableLines(): number {
    return this.#unreadableLines
  }

  /** Why the file cannot be read though it is there: no name in it is known then. */
  get problem(): string | null {
    return this.#problem
  }

  /** What tells whether the file has changed. */
  stamp(): FileStamp | null {
    return stampOf(this.#path)
  }

  /** The same map as long as the file is the same. */
  async names(): Promise<IndexNames> {
    const stamp = this.stamp()
    if (stamp !== null && sameStamp(stamp, this.#stamp)) return this.#names
    this.#problem = null
    if (stamp !== null) this.#names = await this.#readOrNote()
    else if (this.#names.size > 0) this.#names = new Map()
    if (stamp === null && isThere(this.#path)) this.#problem = 'it is no file that can be read'
    this.#stamp = stamp
    return this.#names
  }

  async #readOrNote(): Promise<IndexNames> {
    try {
      return await this.#read()
    } catch (reason) {
      this.#problem = reason instanceof Error ? reason.message : String(reason)
      this.#unreadableLines = 0
      return new Map()
    }
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

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
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
  // One character a byte, so that lines nobody can read stay what they are.
  const lines = readFileSync(path, 'latin1').split('\n')
  const kept = lines.filter((line) => !line.includes(threadId) || idOf(line) !== threadId)
  if (kept.length === lines.length) return
  const staged = `${path}.threadstore.tmp`
  writeFileSync(staged, kept.join('\n'), 'latin1')
  renameSync(staged, path)
}

function idOf(line: string): JsonValue | undefined {
  const entry = parseJson(Buffer.from(line, 'latin1').toString())
  return isJsonObject(entry) ? entry['id'] : undefined
}
