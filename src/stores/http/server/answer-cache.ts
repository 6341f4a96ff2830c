import type { Clock } from '../../../host/clock.js'
import type { Answer } from './answer.js'

/** How much is kept, and for how long. */
interface AnswerCacheOptions {
  readonly clock: Clock
  readonly keptMs: number
  readonly entriesMax: number
  /** Characters of all keys and answers together. */
  readonly charsMax: number
}

/**
 * The answers to changes, by key: a change that is asked for again, because its answer was lost or
 * something between duplicated it, is answered again instead of being made again.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions
  /** Changes that are being made. However long they take, they are made once. */
  readonly #making = new Map<string, Promise<Answer>>()
  /** Oldest first. */
  readonly #kept = new Map<string, { readonly answer: Answer; readonly atMs: number }>()
  #keptChars = 0

  constructor(options: AnswerCacheOptions) {
    this.#options = options
  }

  /** Makes the change that `key` names, unless it was made already. `make` never rejects. */
  async once(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.#making.get(key) ?? this.#kept.get(key)?.answer
    if (known !== undefined) return known
    const making = make()
    this.#making.set(key, making)
    const answer = await making
    this.#making.delete(key)
    this.#kept.set(key, { answer, atMs: this.#options.clock.now() })
    this.#keptChars += charsOf(key, answer)
    this.#forget()
    return answer
  }

  #forget(): void {
    const { clock, keptMs, entriesMax, charsMax } = this.#options
    const since = clock.now() - keptMs
    for (const [key, { answer, atMs }] of this.#kept) {
      const fits = this.#kept.size <= entriesMax && this.#keptChars <= charsMax
      if (fits && atMs >= since) return
      this.#kept.delete(key)
      this.#keptChars -= charsOf(key, answer)
    }
  }
}

function charsOf(key: string, { body }: Answer): number {
  return key.length + (body?.length ?? 0)
}
