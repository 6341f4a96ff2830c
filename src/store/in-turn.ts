/** Runs work on the same key one after the other, in the order in which it was asked for. */
export class InTurn {
  readonly #last = new Map<string, Promise<void>>()

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const result = before.then(work)
    const done = result.then(
      () => {},
      () => {},
    )
    this.#last.set(key, done)
    try {
      return await result
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }

  /** Resolves when everything that was asked for before is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#last.values())
  }
}
