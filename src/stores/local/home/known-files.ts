import { type FileStamp, printStamp } from './file-stamp.js'

/** Files of which something is remembered; beyond that all is forgotten and found out again. */
const FILES_MAX = 100_000

/** Remembers what was found in files, each for as long as its file is as it was. */
export class KnownFiles<T> {
  readonly #known = new Map<string, { readonly state: string; readonly found: T }>()

  /**
   * What is known of a file in this state, else what `find` finds now.
   * @param asked - what the answer depends on beside the file
   */
  async find(
    file: string,
    stamp: FileStamp | null,
    find: () => T | Promise<T>,
    asked: string | number = '',
  ): Promise<T> {
    // Joined, which makes one flat text: a template would keep its parts in memory.
    const state = [stamp && printStamp(stamp), asked].join(' ')
    const known = this.#known.get(file)
    if (known?.state === state) return known.found
    const found = await find()
    if (this.#known.size >= FILES_MAX) this.#known.clear()
    this.#known.set(file, { state, found })
    return found
  }
}
