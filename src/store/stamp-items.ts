import type { RolloutItem } from '../protocol/rollout-item.js'
import { invalidRequest } from './errors.js'

/** What a store fills in when items are appended. */
interface Stamp {
  /** ISO 8601 UTC with milliseconds, for items without a timestamp. */
  readonly now: string
  readonly historyMode: string
  /** The ordinal of the first appended item. */
  readonly nextOrdinal: number
}

/**
 * The items as they are to be stored: a missing timestamp is filled in, and in a paginated history
 * a missing ordinal. An ordinal that is given must be the one the item gets.
 */
export function stampItems(items: readonly RolloutItem[], stamp: Stamp): RolloutItem[] {
  return items.map((item, index) => {
    const timed = item.timestamp === undefined ? { ...item, timestamp: stamp.now } : item
    if (stamp.historyMode !== 'paginated') return timed
    const ordinal = stamp.nextOrdinal + index
    if (item.ordinal !== undefined && item.ordinal !== ordinal) {
      throw invalidRequest(
        'invalid-item',
        `items[${index}] has ordinal ${item.ordinal}, but its place is ${ordinal}`,
        { path: `/items/${index}/ordinal` },
      )
    }
    return { ...timed, ordinal }
  })
}
