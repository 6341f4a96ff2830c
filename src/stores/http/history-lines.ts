import { printJson } from '../../protocol/print-json.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import type { StoredThread, StoredThreadHistory } from '../../store/records.js'
import type { ThreadLines } from '../../store/thread-lines.js'
import type { HistoryHead, ThreadHead } from './wire.js'

/** Bytes that are gathered before they are sent. */
const CHUNK_CHARS = 64 * 1024

/** A history as lines: its head, then its items. */
export function historyLines(history: StoredThreadHistory): Iterable<string> {
  return lines(headOf(history), history.items)
}

/** A thread with its history as lines: the record and the history’s head, then the items. */
export function threadLines(thread: StoredThread, history: StoredThreadHistory): Iterable<string> {
  const head: ThreadHead = { thread: { ...thread, history: null }, history: headOf(history) }
  return lines(head, history.items)
}

/** What stands before a history whose lines come as they are stored. */
export function headOfStored(
  { thread, position, byteCount }: ThreadLines,
  withThread: boolean,
): Buffer {
  const { threadId } = thread
  const history: HistoryHead = { threadId, position, itemCount: null, byteCount }
  const head: HistoryHead | ThreadHead = withThread ? { thread, history } : history
  return Buffer.from(`${printJson(head)}\n`)
}

function headOf({ threadId, position, items }: StoredThreadHistory): HistoryHead {
  return { threadId, position, itemCount: items.length, byteCount: null }
}

function* lines(head: unknown, items: readonly RolloutItem[]): Iterable<string> {
  let chunk = `${printJson(head)}\n`
  for (const item of items) {
    chunk += `${printJson(item)}\n`
    if (chunk.length < CHUNK_CHARS) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}
