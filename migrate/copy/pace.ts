import type { Clock } from '../../src/host/clock.js'
import { checked } from '../../src/store/checked.js'
import type { ThreadParams } from '../../src/store/params.js'
import type { ExportedRollout } from '../../src/store/raw-history.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** Time without reading that may be made up for at once afterwards. */
const BURST_MS = 250
/** How often somebody who waits while it is paused looks whether it goes on. */
const LOOK_EVERY_MS = 200

/** How fast a run may read, and whether it may read at all. */
export class Pace {
  readonly #clock: Clock
  readonly #bytesPerSecond: number | null
  /** When the bytes that have gone are paid for. */
  #paidUntil: number
  #isPaused = false

  /** @param bytesPerSecond - `null` for as fast as it goes */
  constructor(clock: Clock, bytesPerSecond: number | null) {
    this.#clock = clock
    this.#bytesPerSecond = bytesPerSecond
    this.#paidUntil = clock.now()
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** From now on nothing is read, until `resume`. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  /** Returns when so many bytes more may be read. */
  async spend(bytes: number, signal?: AbortSignal): Promise<void> {
    while (this.#isPaused) await this.#clock.sleep(LOOK_EVERY_MS, signal)
    if (this.#bytesPerSecond === null) return
    const now = this.#clock.now()
    const earliest = Math.max(this.#paidUntil, now - BURST_MS)
    this.#paidUntil = earliest + (bytes * 1000) / this.#bytesPerSecond
    if (this.#paidUntil > now) await this.#clock.sleep(this.#paidUntil - now, signal)
  }
}

/** A store that is read at a pace: chunk by chunk where it gives bytes, thread by thread elsewhere. */
export function pacedSource(behind: ThreadStore, pace: Pace): ThreadStore {
  const store = checked(behind)

  function paced(rollout: ExportedRollout, signal: AbortSignal | undefined): ExportedRollout {
    async function* read(fromByte?: number): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of rollout.read(fromByte)) {
        await pace.spend(chunk.length, signal)
        yield chunk
      }
    }
    return { ...rollout, read }
  }

  return {
    ...store,
    exportThread: async (params: ThreadParams) => {
      await pace.spend(0, params.signal)
      const exported = await store.exportThread(params)
      return { ...exported, rollouts: exported.rollouts.map((r) => paced(r, params.signal)) }
    },
    loadHistory: async (params) => {
      await pace.spend(0, params.signal)
      return await store.loadHistory(params)
    },
  }
}
