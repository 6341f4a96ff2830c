import { rmSync } from 'node:fs'
import { printRolloutLine } from '../../history/rollout-line.js'
import { isoMillis } from '../../host/clock.js'
import type { JsonObject } from '../../protocol/json.js'
import type { HistoryPosition, RolloutItem } from '../../protocol/rollout-item.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import { requireInLineage } from '../../store/lineage.js'
import type { RevertThreadParams } from '../../store/params.js'
import type { ThreadRecord } from '../../store/records.js'
import { sessionMetaItem } from '../../store/session-meta-item.js'
import { changeRecord } from './change-record.js'
import { createRolloutFile, newRolloutEntry, rolloutTime } from './home/new-rollout.js'
import { firstMetaPayload } from './home/rollout-head.js'
import { placeOfBase } from './locate-base.js'
import type { OpenHome } from './open-home.js'
import { lineageOf } from './read-history.js'

/** Begins a new rollout of a thread at a place of its own history, and makes it the current one. */
export async function revertThread(
  home: OpenHome,
  { threadId, base }: RevertThreadParams,
): Promise<ThreadRecord> {
  const record = await home.records.complete(await home.stored(threadId))
  requireKnownHistoryMode(record)
  const lock = await home.locks.acquire(threadId)
  try {
    const { entry: current } = await home.locate(threadId)
    const position = await placeOfBase(home, base)
    requireInLineage(threadId, position, await lineageOf(home, threadId, current))
    const now = home.clock.now()
    const meta = await firstMetaPayload(current)
    const rolloutId = home.ids.newThreadId()
    const name = { threadId, rolloutId, time: rolloutTime(now), compressed: false }
    const entry = newRolloutEntry(home.paths.home, name, current.archived)
    const item = segmentMeta(record, meta, position, isoMillis(now))
    createRolloutFile(entry.path, printRolloutLine(item))
    try {
      return await changeRecord(home, threadId, { change: (found) => found, current: entry.file })
    } catch (reason) {
      rmSync(entry.path, { force: true })
      throw reason
    }
  } finally {
    await lock.release()
  }
}

/** What the rollout begins with: all that the thread was begun with, and where it goes on from. */
function segmentMeta(
  record: ThreadRecord,
  first: JsonObject | null,
  position: HistoryPosition,
  timestamp: string,
): RolloutItem {
  const { type, payload } = sessionMetaItem(record, position, timestamp)
  const fresh = payload as JsonObject
  const { history_base, timestamp: at } = fresh
  const kept = first ?? fresh
  return {
    timestamp,
    ordinal: position.endOrdinalExclusive,
    type,
    payload: { ...kept, timestamp: at ?? timestamp, history_base: history_base ?? null },
  }
}
