import { createReadStream } from 'node:fs'
import { splitLines } from '../../../history/split-lines.js'
import { isJsonObject } from '../../../protocol/json.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { type FileStamp, sameStamp, stampOf } from './file-stamp.js'

/** An entry is a line of at most this many bytes; longer ones are nobody's name. */
const ENTRY_BYTES_MAX = 1024 * 1024

/** The newest name of every thread in `session_index.jsonl`; blank where it was cleared. */
export type IndexNames = ReadonlyMap<ThreadId, string>

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

  /** The same map as long as the file is the same. */
  async names(): Promise<IndexNames> {
    const stamp = stampOf(this.#path)
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
