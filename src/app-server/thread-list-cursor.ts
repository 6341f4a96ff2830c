import { parseTime } from '../history/iso-time.js'
import { isThreadId, type ThreadId } from '../protocol/thread-id.js'
import { invalidRequest } from './rpc-error.js'

/** A place in a list: behind a time, and among equal times behind a thread. */
export interface ListCursor {
  readonly time: string
  readonly threadId: ThreadId | null
}

export function printListCursor(time: string, threadId: ThreadId): string {
  return `${time}|${threadId}`
}

/** Reads a cursor; a bare time is one too, as Codex has it. */
export function readListCursor(text: string): ListCursor {
  const [stamp = '', threadId, ...rest] = text.split('|')
  const time = parseTime(stamp)
  const known = threadId === undefined || isThreadId(threadId)
  if (time === null || !known || rest.length > 0) throw invalidRequest(`invalid cursor: ${text}`)
  return { time, threadId: threadId ?? null }
}
