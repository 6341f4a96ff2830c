import { isDeepStrictEqual } from 'node:util'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import type { LogEnd } from '../wire.js'

/** A thread that this client writes. */
export interface LiveThread {
  readonly threadId: ThreadId
  /** The server’s handle under which the writer is open. */
  handle: string
  /** Where the rollout ended after the last answer; `null` when that is not known. */
  end: LogEnd | null
}

/**
 * What became of an append whose answer was lost with the server. `foreign`: it was not stored, and
 * somebody else wrote to the thread meanwhile.
 */
export type Fate = 'stored' | 'not-stored' | 'foreign' | 'unknown'

/**
 * Tells the fate of a lost append from where the rollout ended before it and ends now. Equal ends
 * mean that nothing was stored; when the end has moved by just as many items, those that stand there
 * tell whose they are.
 */
export function fateOf(
  before: LogEnd | null,
  now: LogEnd | null,
  lost: number,
): Fate | 'to-be-compared' {
  if (before === null || now === null) return 'unknown'
  const same = before.rolloutId === now.rolloutId
  if (same && now.itemCount === before.itemCount) return 'not-stored'
  if (lost === 0) return 'foreign'
  return same && now.itemCount === before.itemCount + lost ? 'to-be-compared' : 'unknown'
}

/** Whether a history ends with these items, but for what a store fills in. */
export function endsWith(history: readonly RolloutItem[], items: readonly RolloutItem[]): boolean {
  const tail = history.slice(Math.max(0, history.length - items.length))
  return (
    tail.length === items.length &&
    items.every((item, index) => isDeepStrictEqual({ ...tail[index], ...item }, tail[index]))
  )
}
