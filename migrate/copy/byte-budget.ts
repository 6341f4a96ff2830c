/**
 * Bytes that several pieces of work may hold in memory together. Who asks first is served first, so
 * that a large one is not overtaken for ever.
 */
export class ByteBudget {
  #free: number
  readonly #total: number
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = []

  constructor(total: number) {
    this.#total = total
    this.#free = total
  }

  /** Returns once the bytes are free, with the way to give them back. No more than all is taken. */
  async take(wanted: number): Promise<() => void> {
    const bytes = Math.min(wanted, this.#total)
    await new Promise<void>((enter) => {
      this.#waiting.push({ bytes, enter })
      this.#admit()
    })
    return () => {
      this.#free += bytes
      this.#admit()
    }
  }

  #admit(): void {
    for (let [next] = this.#waiting; next && next.bytes <= this.#free; [next] = this.#waiting) {
      this.#waiting.shift()
      this.#free -= next.bytes
      next.enter()
    }
  }
}
