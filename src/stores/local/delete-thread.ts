import { existsSync, renameSync, rmSync } from 'node:fs'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import { threadReferenced } from '../../store/errors.js'
import { changingRecords } from './change-record.js'
import { rolloutsFrom } from './dependents.js'
import { removedPath } from './home/new-rollout.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import { writeFailed } from './home/rollout-writer.js'
import { removeIndexEntries } from './home/session-index.js'
import { rowPath } from './home-index.js'
import type { OpenHome } from './open-home.js'
import type { CodexDatabase } from './state/codex-database.js'
import { deleteThreadRows } from './state/delete-rows.js'
import { noThreadRows, readThreadRows } from './state/state-rows.js'

/** Removes a thread: its rollouts, its rows in every database, its names. */
export async function deleteThread(home: OpenHome, threadId: ThreadId): Promise<void> {
  await home.stored(threadId)
  const lock = await home.locks.acquire(threadId)
  try {
    const thread = await home.stored(threadId)
    const path = rowPath(thread.row)
    // With the file its row names the thread is gone: a process that dies here has deleted it.
    const files = [...thread.rollouts, ...thread.duplicates].toSorted(
      (a, b) => Number(b.path === path) - Number(a.path === path),
    )
    const rolloutIds = files.map((entry) => entry.rolloutId)
    await refuseReferenced(home, threadId, new Set(rolloutIds))
    const staged = stageRemoval(files)
    try {
      deleteRows(home, threadId, rolloutIds)
    } catch (reason) {
      staged.undo()
      throw reason
    }
    staged.finish()
    await changingRecords(home, () => removeIndexEntries(home.paths.sessionIndex, threadId))
  } finally {
    await lock.release()
  }
}

/** Removes what a process left that died while it deleted a thread which nobody sees any more. */
export function finishDeletion(home: OpenHome, threadId: ThreadId): void {
  const path = rowPath(home.state.use((db) => readThreadRows(db, threadId), noThreadRows).row)
  if (path === null || !existsSync(removedPath(path))) return
  deleteRows(home, threadId, [threadId])
  rmSync(removedPath(path), { force: true })
}

/** A rollout that another thread begins from is part of that thread's history. */
async function refuseReferenced(
  home: OpenHome,
  threadId: ThreadId,
  own: ReadonlySet<RolloutId>,
): Promise<void> {
  for await (const entry of rolloutsFrom(home, own)) {
    if (entry.threadId !== threadId) throw threadReferenced(threadId, entry.threadId)
  }
}

/** Takes files out of sight in a way that can be undone until it is finished. */
function stageRemoval(files: readonly RolloutEntry[]): { undo(): void; finish(): void } {
  const moved: { readonly from: string; readonly to: string }[] = []
  const undo = (): void => {
    for (const { from, to } of moved.toReversed()) if (existsSync(to)) renameSync(to, from)
  }
  for (const { path } of files) {
    const to = removedPath(path)
    try {
      renameSync(path, to)
    } catch (reason) {
      undo()
      throw writeFailed(path, reason)
    }
    moved.push({ from: path, to })
  }
  return {
    undo,
    finish() {
      for (const { to } of moved) rmSync(to, { force: true })
    },
  }
}

/** The state comes last: as long as the row is there, deleting can be tried again. */
function deleteRows(home: OpenHome, threadId: ThreadId, rolloutIds: readonly RolloutId[]): void {
  const remove = (database: CodexDatabase, ids: readonly string[]): void => {
    if (database.connection() === null) return
    database.change((db) => {
      for (const id of ids) deleteThreadRows(db, id)
    })
  }
  remove(home.history, [...new Set([threadId, ...rolloutIds])])
  for (const database of home.databases.toReversed()) remove(database, [threadId])
}
