import type { HistoryPosition } from '../protocol/rollout-item.js'
import type { ReadThreadParams } from './params.js'
import type { StoredThread } from './records.js'
import type { ThreadStore } from './thread-store.js'

/** A thread whose history is given as the bytes that are stored, for who passes it on unread. */
export interface ThreadLines {
  /** The record; `history` is `null`. */
  readonly thread: StoredThread
  readonly position: HistoryPosition
  /** Of all chunks together. */
  readonly byteCount: number
  /** JSONL. Its items are the lines that `parseRolloutLine` reads as items, and no others. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Reads what one of these verbs reads, the history as lines. */
export type ReadThreadLines = (
  verb: 'loadHistory' | 'readThread',
  read: ReadThreadParams,
) => Promise<ThreadLines>

/** By the store itself, so that whoever wraps one and answers reads in another way is not passed by. */
const known = new WeakMap<ThreadStore, ReadThreadLines>()

/** How a store gives histories as lines; `null` where it has only items. */
export function threadLinesOf(store: ThreadStore): ReadThreadLines | null {
  return known.get(store) ?? null
}

/** Notes how a store gives histories as lines, which leaves the parsing to whoever wants items. */
export function giveThreadLines(store: ThreadStore, lines: ReadThreadLines): void {
  known.set(store, lines)
}
