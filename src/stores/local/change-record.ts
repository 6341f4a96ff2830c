import type { ThreadId } from '../../protocol/thread-id.js'
import { ThreadStoreError } from '../../store/errors.js'
import type { ThreadRecord } from '../../store/records.js'
import { ensureState } from './ensure-state.js'
import { withFileLock } from './home/file-lock.js'
import { sameStamp } from './home/file-stamp.js'
import type { OpenHome } from './open-home.js'
import { sameThreadRows } from './state/same-rows.js'
import { readThreadRows } from './state/state-rows.js'
import { type RecordWrite, writeRecord } from './write-record.js'

/** How a record is to change. */
export interface RecordChange extends RecordWrite {
  /** The record as it is to be, from the record as it is. May be asked again. */
  readonly change: (record: ThreadRecord) => ThreadRecord
  /** The file that the thread ends with from now on, inside the home. @defaultValue as it is */
  readonly current?: string
}

/**
 * Runs `act` while no other patch and no move into or out of the archive is on its way: these touch
 * files and rows, and nobody may come in between. Holds the lock that Codex holds for names.
 */
export function changingRecords<T>(home: OpenHome, act: () => T | Promise<T>): Promise<T> {
  return withFileLock(`${home.paths.sessionIndex}.lock`, act)
}

/** How often a change is worked out anew because somebody else was faster. */
const ATTEMPTS_MAX = 100

/**
 * Changes a thread's record where Codex keeps it, and beside it what Codex's columns cannot hold.
 * Concurrent changes of other fields survive: a row or a name that changed meanwhile is read again.
 */
export async function changeRecord(
  home: OpenHome,
  threadId: ThreadId,
  how: RecordChange,
): Promise<ThreadRecord> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    // A file that was just made is in no listing yet, and the row still names another one.
    if (how.current !== undefined) home.index.listing()
    const names = home.names.stamp()
    const thread = await home.stored(threadId)
    // Reading the thread has shown whether there is a database to write to.
    if (await ensureState(home)) continue
    const before = await home.records.complete(thread)
    const plain = await home.records.plain(thread)
    const current =
      thread.rollouts.find(({ file }) => file === how.current) ??
      (await home.records.current(thread))
    const after = how.change(before)
    const rows = home.state.change((db) => {
      if (!sameStamp(names, home.names.stamp())) return null
      if (!sameThreadRows(thread, readThreadRows(db, threadId))) return null
      writeRecord(db, home.extra, { thread, current, before, plain, after }, how)
      return readThreadRows(db, threadId)
    })
    if (rows === null) continue
    if (how.current !== undefined) return home.records.complete(await home.stored(threadId))
    // As this change left it: what others change from here on is not its result.
    const indexName = how.indexName?.(before, after) ?? thread.indexName
    return home.records.complete({ ...thread, ...rows, indexName })
  }
  throw new ThreadStoreError(
    'RETRYABLE',
    `thread ${threadId} changes faster than it can be patched`,
    {
      reason: 'contention',
      threadId,
    },
  )
}
