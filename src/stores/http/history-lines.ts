import { isJsonObject } from '../../protocol/json.js'
import { parseJson } from '../../protocol/parse-json.js'
import { printJson } from '../../protocol/print-json.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import type { StoredThread, StoredThreadHistory } from '../../store/records.js'
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

function headOf({ threadId, position, items }: StoredThreadHistory): HistoryHead {
  return { threadId, position, itemCount: items.length }
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

/** The item of a line, or `null` for a line that holds none. */
export function itemOfLine(bytes: Buffer | null): RolloutItem | null {
  const value = bytes === null ? undefined : parseJson(bytes.toString('utf8'))
  if (!isJsonObject(value) || typeof value['type'] !== 'string') return null
  return value as unknown as RolloutItem
}
