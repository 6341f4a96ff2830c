import { parseRolloutLine } from '../../history/rollout-line.js'
import { createLineSplitter } from '../../history/split-lines.js'
import type { PostgresSession } from '../../host/postgres.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import { missingBase } from '../../store/errors.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import { resolveLineage } from '../../store/lineage.js'
import type { StoredThreadHistory } from '../../store/records.js'
import { lineageOf } from './rollout-row.js'
import { type LogRange, readLog } from './segment-rows.js'
import type { ThreadRow } from './thread-row.js'

/** A thread's items; `session` is a transaction that reads one point in time. */
export async function loadHistory(
  session: PostgresSession,
  namespace: string,
  { record, rolloutId }: ThreadRow,
): Promise<StoredThreadHistory> {
  requireKnownHistoryMode(record)
  const { threadId } = record
  const lineage = await lineageOf(session, namespace, rolloutId)
  const stretches = resolveLineage(threadId, rolloutId, (id) => lineage.get(id)?.base)
  const items: RolloutItem[] = []
  for (const stretch of stretches) {
    const rollout = lineage.get(stretch.rolloutId)
    if (rollout === undefined) throw missingBase(threadId, stretch.rolloutId)
    const { logId, byteCount } = rollout
    const toByte = Math.min(byteCount, stretch.end?.endByteOffset ?? byteCount)
    await readItems(session, namespace, { logId, fromByte: 0, toByte }, (item) => items.push(item))
  }
  const current = lineage.get(rolloutId)
  if (current === undefined) throw missingBase(threadId, rolloutId)
  const { endOrdinal: endOrdinalExclusive, byteCount: endByteOffset } = current
  return { threadId, items, position: { rolloutId, endOrdinalExclusive, endByteOffset } }
}

/** Hands out the items of a log. Lines that are none are left where they are. */
async function readItems(
  session: PostgresSession,
  namespace: string,
  range: LogRange,
  onItem: (item: RolloutItem) => void,
): Promise<void> {
  const splitter = createLineSplitter(({ bytes }) => {
    const parsed = bytes && parseRolloutLine(bytes)
    if (parsed && 'item' in parsed) onItem(parsed.item)
  })
  for await (const piece of readLog(session, namespace, range)) splitter.push(piece)
  splitter.end()
}
