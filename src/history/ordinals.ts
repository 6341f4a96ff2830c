import type { HistoryPosition, RolloutItem } from '../protocol/rollout-item.js'

/** Numbers the items of a rollout, in order, from the start of its lineage. */
export class OrdinalCounter {
  #next: number

  /** @param base - where the rollout begins, or `null` for the start of a lineage */
  constructor(base: HistoryPosition | null) {
    this.#next = base?.endOrdinalExclusive ?? 0
  }

  /** The ordinal of an item that follows and has none of its own. */
  get next(): number {
    return this.#next
  }

  /** The ordinal of the item that follows: its own, or else the one after the item before it. */
  count(item: RolloutItem): number {
    const ordinal = ordinalOf(item) ?? this.#next
    this.#next = ordinal + 1
    return ordinal
  }
}

/** The ordinal that an item carries; `null` for anything that is none. */
export function ordinalOf({ ordinal }: RolloutItem): number | null {
  return Number.isSafeInteger(ordinal) && Number(ordinal) >= 0 ? Number(ordinal) : null
}
