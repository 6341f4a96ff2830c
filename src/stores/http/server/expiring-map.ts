import type { Clock } from '../../../host/clock.js'

/** When entries go. */
interface ExpiringMapOptions<T> {
  readonly clock: Clock
  /** An entry that nobody used for so long goes. */
  readonly idleMs: number
  /** Called for an entry that goes unasked. Never rejects. */
  readonly onExpired: (value: T) => Promise<void>
}

interface Entry<T> {
  readonly value: T
  usedMs: number
  /** Uses that are under way; while there are any the entry stays. */
  users: number
}

/** Things clients come back for, until they do not. */
export class ExpiringMap<T> {
  readonly #options: ExpiringMapOptions<T>
  /** The one that was used longest ago first. */
  readonly #entries = new Map<string, Entry<T>>()

  constructor(options: ExpiringMapOptions<T>) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  add(key: string, value: T): void {
    this.#entries.set(key, { value, usedMs: this.#options.clock.now(), users: 0 })
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value
  }

  /** Works with the entry, which stays as long as that takes and then as long as an unused one. */
  async use<R>(key: string, work: (value: T) => Promise<R>): Promise<R | undefined> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.users += 1
    try {
      return await work(entry.value)
    } finally {
      entry.users -= 1
      entry.usedMs = this.#options.clock.now()
      if (this.#entries.delete(key)) this.#entries.set(key, entry)
    }
  }

  /** Takes an entry out and gives it to the caller. */
  take(key: string): T | undefined {
    const entry = this.#entries.get(key)
    this.#entries.delete(key)
    return entry?.value
  }

  /** Takes out the entry that was used longest ago and that nobody is using. */
  takeOldest(): T | undefined {
    for (const [key, { users }] of this.#entries) {
      if (users === 0) return this.take(key)
    }
    return undefined
  }

  takeAll(): T[] {
    const values = [...this.#entries.values()].map(({ value }) => value)
    this.#entries.clear()
    return values
  }

  /** Lets go of what was not used for too long. */
  async expire(): Promise<void> {
    const since = this.#options.clock.now() - this.#options.idleMs
    const idle = [...this.#entries].filter(([, { usedMs, users }]) => users === 0 && usedMs < since)
    for (const [key] of idle) this.#entries.delete(key)
    await Promise.all(idle.map(([, { value }]) => this.#options.onExpired(value)))
  }
}
