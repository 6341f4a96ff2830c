import type { PostgresSession } from '../../host/postgres.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import type { StoredThreadHistory } from '../../store/records.js'
import { readItems } from './log/read-items.js'
import type { ThreadRow } from './rows/thread-row.js'
import { stretchesOf } from './log/thread-stretches.js'

/** A thread's items; `session` is a transaction that reads one point in time. */
export async function loadHistory(
  session: PostgresSession,
  namespace: string,
  thread: ThreadRow,
): Promise<StoredThreadHistory> {
  requireKnownHistoryMode(thread.record)
  const { threadId } = thread.record
  const { stretches, current } = await stretchesOf(session, namespace, thread)
  const items: RolloutItem[] = []
  for (const { logId, toByte } of stretches) {
    const range = { logId, fromByte: 0, toByte }
    for await (const located of readItems(session, namespace, range)) {
      for (const { item } of located) items.push(item)
    }
  }
  const { rolloutId, endOrdinal: endOrdinalExclusive, byteCount: endByteOffset } = current
  return { threadId, items, position: { rolloutId, endOrdinalExclusive, endByteOffset } }
}
