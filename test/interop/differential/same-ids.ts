/** Ids that are made anew in every run: of threads and turns, and those the mock model counts up. */
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:resp|msg|rs|fc|call)_[0-9a-zA-Z]+/g

/** Which id of one server is which of the other: they meet where one is told first. */
export class SameIds {
  readonly #ours = new Map<string, string>()
  readonly #theirs = new Map<string, string>()

  /** Whether two texts are the same but for ids that stand for each other. */
  equal(codex: string, ours: string): boolean {
    if (codex.replaceAll(ID, '') !== ours.replaceAll(ID, '')) return false
    const [theirs, own] = [codex.match(ID) ?? [], ours.match(ID) ?? []]
    if (theirs.length !== own.length) return false
    return theirs.every((id, i) => this.#meet(id, own[i] ?? ''))
  }

  /** Our name of what Codex has by an id; `null` when nothing was told of it. */
  ofCodex(id: string): string | null {
    return this.#ours.get(id) ?? null
  }

  /** The same for an id of ours. */
  ofOurs(id: string): string | null {
    return this.#theirs.has(id) ? id : null
  }

  #meet(codex: string, ours: string): boolean {
    const [known, other] = [this.#ours.get(codex), this.#theirs.get(ours)]
    if (known === undefined && other === undefined) {
      this.#ours.set(codex, ours)
      this.#theirs.set(ours, codex)
      return true
    }
    return known === ours
  }
}

/** A text in which ids do not matter. */
export function withoutIds(text: string): string {
  return text.replaceAll(ID, '<id>')
}
