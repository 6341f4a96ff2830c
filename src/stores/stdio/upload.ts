import { PassThrough } from 'node:stream'
import { unavailable } from './adapter-error.js'
import { CHUNK_BYTES } from './chunk-bytes.js'
import { drained } from './drained.js'

/** Bytes of a running import: pushed as they come over the wire, read by the store. */
export class Upload implements AsyncIterable<Uint8Array> {
  readonly #stream = new PassThrough({ highWaterMark: CHUNK_BYTES })

  constructor() {
    // A store that never reads must not end the process.
    this.#stream.on('error', () => {})
  }

  /** Resolves once there is room for more, or nobody wants more. */
  async push(bytes: Buffer): Promise<void> {
    if (this.#stream.destroyed || this.#stream.writableEnded || this.#stream.write(bytes)) return
    await drained(this.#stream)
  }

  /** Ends the bytes; `failed` says why they are not all of them. */
  end(failed: string | null): void {
    if (failed === null) this.#stream.end()
    else this.#stream.destroy(unavailable(`the source of the import broke off: ${failed}`))
  }

  /** The store has what it wants: whoever waits to push waits no longer. */
  drop(): void {
    this.#stream.destroy()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  }
}
