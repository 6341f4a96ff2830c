import { existsSync, mkdirSync, renameSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isoMillis } from '../../host/clock.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { ThreadStoreError, notArchived } from '../../store/errors.js'
import type { ThreadRecord } from '../../store/records.js'
import { changeRecord, changingRecords } from './change-record.js'
import type { HomeThread } from './home-index.js'
import { writeFailed } from './home/rollout-writer.js'
import { dayFolder, printRolloutName } from './home/rollout-name.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { OpenHome } from './open-home.js'

/** Moves a thread's rollouts to the archived ones, and then says so in its row. */
export function archiveThread(home: OpenHome, threadId: ThreadId): Promise<void> {
  return changingRecords(home, () => archive(home, threadId))
}

/** Moves a thread's rollouts back to the days they are named after. */
export function unarchiveThread(home: OpenHome, threadId: ThreadId): Promise<ThreadRecord> {
  return changingRecords(home, () => unarchive(home, threadId))
}

async function archive(home: OpenHome, threadId: ThreadId): Promise<void> {
  const thread = await home.visible({ threadId })
  const archivedAt = isoMillis(home.clock.now())
  await moveThread(home, thread, true, (record) => ({ ...record, archivedAt }))
}

async function unarchive(home: OpenHome, threadId: ThreadId): Promise<ThreadRecord> {
  const thread = await home.visible({ threadId, includeArchived: true })
  const { archivedAt } = await home.records.summary(thread)
  if (archivedAt === null) throw notArchived(threadId)
  const now = home.clock.now()
  const updatedAt = isoMillis(now)
  const record = await moveThread(home, thread, false, (found) => {
    return { ...found, archivedAt: null, updatedAt }
  })
  // Codex lists legacy threads by the time of the file.
  if (record.rolloutPath !== null) utimesSync(record.rolloutPath, now / 1000, now / 1000)
  return record
}

/** Moves files first: where they lie is what counts, should the row never be written. */
async function moveThread(
  home: OpenHome,
  thread: HomeThread,
  archived: boolean,
  change: (record: ThreadRecord) => ThreadRecord,
): Promise<ThreadRecord> {
  const current = await home.records.current(thread)
  const others = thread.rollouts.filter((entry) => entry !== current)
  // The current one decides, so it is the last to move, and the first to move back.
  const moves = [...others, ...(current === null ? [] : [current])].flatMap((entry) => {
    return entry.archived === archived
      ? []
      : [{ from: entry.path, to: placeOf(home, entry, archived) }]
  })
  const done: typeof moves = []
  try {
    for (const move of moves) {
      moveFile(move.from, move.to)
      done.unshift(move)
    }
    return await changeRecord(home, thread.threadId, { change })
  } catch (reason) {
    for (const { from, to } of done) renameSync(to, from)
    throw reason
  }
}

function placeOf(home: OpenHome, entry: RolloutEntry, archived: boolean): string {
  const folder = archived ? 'archived_sessions' : join('sessions', dayFolder(entry))
  return join(home.paths.home, folder, printRolloutName(entry))
}

function moveFile(from: string, to: string): void {
  if (existsSync(to)) {
    throw new ThreadStoreError(
      'INTERNAL',
      `cannot move ${from}: there is another file at ${to}; compare them and remove one`,
      { reason: 'damaged' },
    )
  }
  try {
    mkdirSync(dirname(to), { recursive: true })
    renameSync(from, to)
  } catch (reason) {
    throw writeFailed(to, reason)
  }
}
