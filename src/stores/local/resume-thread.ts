import { existsSync } from 'node:fs'
import type { ResumeThreadParams } from '../../store/params.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import { changeRecord } from './change-record.js'
import { LiveThread, type RolloutPlace } from './live-thread.js'
import type { OpenHome } from './open-home.js'

/**
 * Opens a live writer on a stored thread. Its rollout is opened when something is appended, so that
 * a thread that was only looked at stays compressed.
 */
export async function resumeThread(
  home: OpenHome,
  resume: ResumeThreadParams,
): Promise<LiveThread> {
  const { threadId } = resume
  const record = await home.records.complete(await home.visible(resume))
  requireKnownHistoryMode(record)
  const lock = await home.locks.acquire(threadId)
  try {
    // Between the look and the lock the thread may have been archived or deleted.
    const thread = await home.visible(resume)
    const place = await home.locate(threadId)
    if (thread.row === null) await giveRow(home, threadId)
    const { historyMode } = record
    // Asked when something is first appended, which must not depend on a database.
    const locate = (): Promise<RolloutPlace> => {
      return existsSync(place.entry.path) ? Promise.resolve(place) : home.locate(threadId)
    }
    return new LiveThread({ home, threadId, historyMode, lock, draft: null, locate })
  } catch (reason) {
    await lock.release()
    throw reason
  }
}

/** A thread that is written has a row: without one, what is appended would change its record. */
async function giveRow(home: OpenHome, threadId: string): Promise<void> {
  try {
    await changeRecord(home, threadId, { change: (record) => record })
  } catch (reason) {
    home.logger.warn({ reason, threadId }, 'a resumed thread has no row')
  }
}
