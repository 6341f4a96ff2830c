import type { MigrationEvent, ThreadOutcome } from '../../../migrate/index.js'
import type { Clock } from '../../../src/host/clock.js'

/** A thread and how long it took. */
interface TimedThread {
  readonly outcome: ThreadOutcome
  readonly durationMs: number
}

const SLOWEST_MAX = 20
/** Points of a curve; when there are more, two become one. */
const POINTS_MAX = 240

/** Watches a run for what a report shows of its course: rates, slow threads, sizes. */
export class RunWatch {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #begun = new Map<string, number>()
  #slowest: TimedThread[] = []
  #bucketMs = 1000
  #buckets: number[] = []
  readonly #sizes: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  /** Time that one of `rates` stands for. */
  get bucketMs(): number {
    return this.#bucketMs
  }

  /** Bytes read in each stretch of time. */
  get rates(): readonly number[] {
    return Array.from(this.#buckets, (bytes) => bytes ?? 0)
  }

  /** Slowest first. */
  get slowest(): readonly TimedThread[] {
    return this.#slowest
  }

  /** Threads by size: place n counts those with fewer than 4^(n + 5) bytes. */
  get sizes(): readonly number[] {
    return Array.from(this.#sizes, (threads) => threads ?? 0)
  }

  see(event: MigrationEvent): void {
    const now = this.#clock.now()
    if (event.type === 'started') this.#begun.set(event.threadId, now)
    if (event.type === 'read') this.#addBytes(now, event.bytes)
    if (event.type === 'finished') this.#finish(event.outcome, now)
  }

  #addBytes(now: number, bytes: number): void {
    let at = Math.floor((now - this.#startedAt) / this.#bucketMs)
    while (at >= POINTS_MAX) {
      const { rates } = this
      this.#buckets = rates
        .filter((_, index) => index % 2 === 0)
        .map((rate, index) => rate + (rates[2 * index + 1] ?? 0))
      this.#bucketMs *= 2
      at = Math.floor(at / 2)
    }
    this.#buckets[at] = (this.#buckets[at] ?? 0) + bytes
  }

  #finish(outcome: ThreadOutcome, now: number): void {
    const bytes = outcome.rollouts.reduce((sum, { byteCount }) => sum + byteCount, 0)
    const size = Math.max(0, Math.ceil(Math.log(Math.max(1, bytes)) / Math.log(4)) - 5)
    this.#sizes[size] = (this.#sizes[size] ?? 0) + 1
    const begun = this.#begun.get(outcome.threadId)
    this.#begun.delete(outcome.threadId)
    if (begun === undefined) return
    this.#slowest = [...this.#slowest, { outcome, durationMs: now - begun }]
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, SLOWEST_MAX)
  }
}
