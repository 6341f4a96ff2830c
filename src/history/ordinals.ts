import type { HistoryPosition, RolloutItem } from '../protocol/rollout-item.js'

/**
 * Numbers the items of a rollout from the start of its lineage: an item's own `ordinal` where it
 * has one, else the items of the base plus the items before it in the rollout. Call it once for
 * every item, in order.
 */
export function createOrdinalCounter(
  base: HistoryPosition | null,
): (own: number | null | undefined) => number {
  let byPlace = base?.endOrdinalExclusive ?? 0
  return (own) => {
    const ordinal = own ?? byPlace
    byPlace += 1
    return ordinal
  }
}

/** The ordinal that an item carries; `null` for anything that is none. */
export function ordinalOf({ ordinal }: RolloutItem): number | null {
  return Number.isSafeInteger(ordinal) && Number(ordinal) >= 0 ? Number(ordinal) : null
}
