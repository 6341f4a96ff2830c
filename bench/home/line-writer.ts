import { closeSync, openSync, writeSync } from 'node:fs'

const BLOCK_BYTES = 1 << 20

/** Writes JSONL to one file at a time, in large blocks that it reuses from file to file. */
export class LineWriter {
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES)
  #file = -1
  #used = 0
  #flushed = 0

  open(path: string): void {
    this.#file = openSync(path, 'wx')
    this.#used = 0
    this.#flushed = 0
  }

  /** Bytes given to the current file so far. */
  get position(): number {
    return this.#flushed + this.#used
  }

  /** Strings must be ASCII; bytes are copied as they are. */
  write(...parts: readonly (string | Uint8Array)[]): void {
    for (const part of parts) {
      if (part.length > BLOCK_BYTES - this.#used) this.#flush()
      if (part.length > BLOCK_BYTES) throw new RangeError('a part must fit into one block')
      if (typeof part === 'string') this.#block.write(part, this.#used, 'latin1')
      else this.#block.set(part, this.#used)
      this.#used += part.length
    }
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
    this.#file = -1
  }

  #flush(): void {
    for (let at = 0; at < this.#used;) {
      at += writeSync(this.#file, this.#block, at, this.#used - at)
    }
    this.#flushed += this.#used
    this.#used = 0
  }
}
