import { parseTime } from '../history/iso-time.js'
import { isThreadId, type ThreadId } from '../protocol/thread-id.js'
import { invalidRequest } from './rpc-error.js'

/**
 * A place in a list: behind a time, and among equal times behind a thread. Where the store began
 * the page with that thread is a hint that saves going through all that comes before.
 */
export interface ListCursor {
  readonly time: string
  readonly threadId: ThreadId | null
  /** A cursor of the store; `null`: from the beginning. */
  readonly storePage: string | null
}

export function printListCursor(
  time: string,
  threadId: ThreadId,
  storePage: string | null,
): string {
  return [time, threadId, ...(storePage === null ? [] : [storePage])].join('|')
}

/** Reads a cursor; a bare time is one too, as Codex has it. */
export function readListCursor(text: string): ListCursor {
  const [stamp = '', threadId, ...page] = text.split('|')
  const time = parseTime(stamp)
  const known = threadId === undefined || isThreadId(threadId)
  if (time === null || !known) throw invalidRequest(`invalid cursor: ${text}`)
  return { time, threadId: threadId ?? null, storePage: page.join('|') || null }
}
