import { isoMillis } from '../../host/clock.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { threadExists } from '../../store/errors.js'
import { newThreadRecord } from '../../store/new-record.js'
import type { CreateThreadParams } from '../../store/params.js'
import type { StoredThreadHistory, ThreadRecord } from '../../store/records.js'
import { sessionMetaItem } from '../../store/session-meta-item.js'
import { stampItems } from '../../store/stamp-items.js'
import { changeRecord } from './change-record.js'
import { finishDeletion } from './delete-thread.js'
import { type Draft, draftEntry, LiveThread, type RolloutPlace } from './live-thread.js'
import { placeOfBase } from './locate-base.js'
import type { OpenHome } from './open-home.js'
import { loadHistory } from './read-history.js'

/** Begins a thread: it is locked and known to this handle; nothing of it is stored yet. */
export async function createThread(
  home: OpenHome,
  create: CreateThreadParams,
): Promise<LiveThread> {
  const { threadId } = create
  const lock = await home.locks.acquire(threadId)
  try {
    if ((await home.index.find(threadId)) !== null) throw threadExists(threadId)
    finishDeletion(home, threadId)
    const draft = await makeDraft(home, create)
    const { historyMode } = draft.record
    const locate = (): Promise<RolloutPlace> => home.locate(threadId)
    return new LiveThread({ home, threadId, historyMode, lock, draft, locate })
  } catch (reason) {
    await lock.release()
    throw reason
  }
}

/**
 * Gives a thread whose rollout was just made its row. When that fails, the thread is stored all the
 * same: its rollout says enough to be found by, and the row is written when there is a chance.
 */
export async function storeNewRecord(home: OpenHome, record: ThreadRecord): Promise<boolean> {
  try {
    await changeRecord(home, record.threadId, {
      change: ({ rolloutPath }) => ({ ...record, rolloutPath }),
    })
    return true
  } catch (reason) {
    home.logger.warn({ reason, threadId: record.threadId }, 'a new thread has no row')
    return false
  }
}

/** The history of a thread that is not stored yet: that of its base, and its first item. */
export async function draftHistory(
  home: OpenHome,
  threadId: ThreadId,
  { record, base, sessionMeta }: Draft,
): Promise<StoredThreadHistory> {
  const endOrdinal = base?.endOrdinalExclusive ?? 0
  const { historyMode } = record
  const own = stampItems([sessionMeta], {
    now: record.createdAt,
    historyMode,
    nextOrdinal: endOrdinal,
  })
  const position = { rolloutId: threadId, endOrdinalExclusive: endOrdinal + 1, endByteOffset: 0 }
  if (base === null) return { threadId, items: own, position }
  const current = home.index.rollout(base.rolloutId)
  const before = await loadHistory(home, { threadId, current, end: base })
  return { threadId, items: [...before.items, ...own], position }
}

async function makeDraft(home: OpenHome, create: CreateThreadParams): Promise<Draft> {
  const base = create.base === undefined ? null : await placeOfBase(home, create.base)
  const createdAt = home.clock.now()
  const now = isoMillis(createdAt)
  const { signal: _signal, ...params } = create
  // Neither the caller nor a reader may hold a part of what will be stored.
  const copy = structuredClone(params)
  const path = draftEntry(home.paths.home, create.threadId, createdAt).path
  // Where the rollout will be, as Codex tells it before there is one.
  const record = { ...newThreadRecord(copy, now), rolloutPath: path }
  return { record, base, createdAt, sessionMeta: sessionMetaItem(record, base, now, copy) }
}
