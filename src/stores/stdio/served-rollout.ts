import { asBuffer } from '../../history/as-buffer.js'
import type { ExportedRollout } from '../../store/raw-history.js'

/** Where a reading of a rollout stands. */
interface Reading {
  readonly chunks: AsyncIterator<Uint8Array>
  at: number
  /** Bytes that were read and not asked for yet. */
  rest: Buffer
}

/** An exported rollout that is asked for piece by piece; going on where one left off is cheap. */
export class ServedRollout {
  readonly #rollout: ExportedRollout
  #reading: Reading | null = null

  constructor(rollout: ExportedRollout) {
    this.#rollout = rollout
  }

  /** At least one byte from `fromByte` on and at most `bytesMax`; none at the end. */
  async read(fromByte: number, bytesMax: number): Promise<Buffer> {
    const reading = await this.#take(fromByte)
    while (reading.rest.length === 0) {
      const next = await reading.chunks.next()
      if (next.done === true) return Buffer.alloc(0)
      reading.rest = asBuffer(next.value)
    }
    const bytes = reading.rest.subarray(0, bytesMax)
    reading.rest = reading.rest.subarray(bytes.length)
    reading.at += bytes.length
    await this.release()
    this.#reading = reading
    return bytes
  }

  /** Lets go of what a reading holds open. */
  async release(): Promise<void> {
    const reading = this.#reading
    this.#reading = null
    await reading?.chunks.return?.()
  }

  /** A reading is taken while it is used, so that two clients never share one. */
  async #take(fromByte: number): Promise<Reading> {
    const reading = this.#reading
    if (reading?.at === fromByte) {
      this.#reading = null
      return reading
    }
    await this.release()
    const chunks = this.#rollout.read(fromByte)[Symbol.asyncIterator]()
    return { chunks, at: fromByte, rest: Buffer.alloc(0) }
  }
}
