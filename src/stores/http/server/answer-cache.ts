import type { Clock } from '../../../host/clock.js'
import type { Answer } from './answer.js'

/** How much is kept, and for how long. */
interface AnswerCacheOptions {
  readonly clock: Clock
  readonly keptMs: number
  readonly entriesMax: number
}

/**
 * The answers to changes, by key: a change that is asked for again, because its answer was lost or
 * something between duplicated it, is answered again instead of being made again.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions
  /** Oldest first. */
  readonly #kept = new Map<string, { readonly answer: Promise<Answer>; readonly atMs: number }>()

  constructor(options: AnswerCacheOptions) {
    this.#options = options
  }

  /** Makes the change that `key` names, unless it was made already. `make` never rejects. */
  async once(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.#kept.get(key)
    if (known !== undefined) return known.answer
    this.#forget()
    const answer = make()
    this.#kept.set(key, { answer, atMs: this.#options.clock.now() })
    return answer
  }

  #forget(): void {
    const { clock, keptMs, entriesMax } = this.#options
    const since = clock.now() - keptMs
    for (const [key, { atMs }] of this.#kept) {
      if (atMs >= since && this.#kept.size < entriesMax) return
      this.#kept.delete(key)
    }
  }
}
