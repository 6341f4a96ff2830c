import {
  existsSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { ImportThreadParams } from '../../store/raw-history.js'
import type { ThreadRecord } from '../../store/records.js'
import { changeRecord, changingRecords } from './change-record.js'
import { contentStamp, stampOf } from './home/file-stamp.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import { appendIndexEntry } from './home/session-index.js'
import { arrivingPath, replacedPath, stagedPath } from './home/new-rollout.js'
import type { OpenHome } from './open-home.js'
import { type ImportTarget, planImport } from './plan-import.js'
import type { ImportedFiles } from './record/overlay.js'
import { appendStaged, stageRollout } from './stage-rollout.js'
import { restoreExtra, restoreStateExtra } from './state/restore-extra.js'
import { unpackRollout } from './unpack-rollout.js'

/**
 * Stores a thread as it was exported: its bytes first, beside the places where they belong, then
 * all of it at once.
 */
export async function importThread(home: OpenHome, what: ImportThreadParams): Promise<void> {
  const { history: _history, rollouts: _rollouts, ...record } = what.thread
  const lock = await home.locks.acquire(record.threadId)
  const staged: string[] = []
  const marks: string[] = []
  const steps: Step[] = []
  try {
    const known = await home.index.find(record.threadId)
    if (known === null) removeLeftovers(home.index.listing().ofThread(record.threadId))
    const targets = await planImport(home, what, known)
    for (const { entry, imported } of targets) {
      const { fromByte, chunks } = imported
      staged.push(stagedPath(entry.path))
      await stageRollout(entry.path, fromByte === 0 && entry.compressed, chunks)
    }
    if (known === null) {
      // Its row makes it a thread: until then nobody else takes the files for one.
      home.index.arriving.add(record.threadId)
      marks.push(...targets.map(({ entry }) => arrivingPath(entry.path)))
      for (const mark of marks) writeFileSync(mark, '')
    }
    for (const target of targets) steps.push(await putInPlace(target))
    await storeRecord(home, record, targets)
    // What was replaced goes only now that nothing can fail any more.
    for (const step of steps) step.finish()
  } catch (reason) {
    for (const step of steps.toReversed()) step.undo()
    throw reason
  } finally {
    for (const path of [...staged, ...marks]) rmSync(path, { force: true })
    home.index.arriving.delete(record.threadId)
    await lock.release()
  }
}

/** Removes the files of an import that was cut off: they are no thread’s. */
function removeLeftovers(entries: readonly RolloutEntry[]): void {
  for (const { path } of entries) {
    const mark = arrivingPath(path)
    if (!existsSync(mark)) continue
    rmSync(path)
    rmSync(mark)
  }
}

/** A change of a file that is neither final nor lost. */
interface Step {
  undo(): void
  finish(): void
}

/** Makes the staged bytes of a rollout its file. At no time is there neither the old nor the new. */
async function putInPlace(target: ImportTarget): Promise<Step> {
  const { imported, before, entry } = target
  const staged = stagedPath(entry.path)
  if (before !== null && imported.fromByte > 0) return appendInPlace(target, before, staged)
  const kept = replacedPath(entry.path)
  const replaces = before?.path === entry.path
  setTime(staged, imported.file?.modifiedAt)
  // A process that died here has left one.
  rmSync(kept, { force: true })
  if (replaces) linkSync(entry.path, kept)
  renameSync(staged, entry.path)
  return {
    undo: () => (replaces ? renameSync(kept, entry.path) : rmSync(entry.path, { force: true })),
    finish: () => {
      rmSync(kept, { force: true })
      if (before !== null && !replaces) rmSync(before.path, { force: true })
    },
  }
}

async function appendInPlace(
  { imported }: ImportTarget,
  before: RolloutEntry,
  staged: string,
): Promise<Step> {
  const { path } = await unpackRollout(before)
  const { size } = statSync(path)
  await appendStaged(path, staged)
  setTime(path, imported.file?.modifiedAt)
  return { undo: () => truncateSync(path, size), finish: () => {} }
}

/** Times are set to the microsecond at best; what was said exactly is kept beside the row. */
function setTime(path: string, modifiedAt: string | undefined): void {
  const seconds = modifiedAt === undefined ? Number.NaN : secondsOf(modifiedAt)
  if (!Number.isNaN(seconds)) utimesSync(path, seconds, seconds)
}

function secondsOf(time: string): number {
  const [whole = '', fraction = '0'] = time.replace(/Z$/, '').split('.')
  return Date.parse(`${whole}Z`) / 1000 + Number(`0.${fraction}`)
}

async function storeRecord(
  home: OpenHome,
  record: ThreadRecord,
  targets: readonly ImportTarget[],
): Promise<void> {
  const current = targets.at(-1)?.entry.file
  const { sessionIndex, sqliteHome } = home.paths
  await changingRecords(home, async () => {
    const indexName = (await home.names.names()).get(record.threadId) ?? null
    const renames = (indexName ?? '') !== (record.name ?? '')
    for (const database of home.databases) {
      if (database.stem !== 'state') restoreExtra(database, sqliteHome, record)
    }
    await changeRecord(home, record.threadId, {
      change: ({ rolloutPath }) => ({ ...record, rolloutPath }),
      alongside: (_before, after, db) => {
        restoreStateExtra(db, record)
        if (!renames) return
        const { threadId, name, updatedAt } = after
        appendIndexEntry(sessionIndex, { threadId, name, updatedAt })
      },
      withExtra: true,
      ...(renames ? { indexName: () => record.name ?? '' } : {}),
      ...(current === undefined ? {} : { current }),
      files: (known) => ({ ...known, ...importedFiles(targets) }),
    })
  })
}

function importedFiles(targets: readonly ImportTarget[]): ImportedFiles {
  const files = targets.flatMap(({ imported, entry, before }) => {
    const path = existsSync(entry.path) ? entry.path : before?.path
    const stamp = path === undefined ? null : stampOf(path)
    if (stamp === null) return []
    const { fingerprint, file, rolloutId } = imported
    const modifiedAt = file?.modifiedAt ?? null
    return [[rolloutId, { content: contentStamp(stamp), fingerprint, modifiedAt }] as const]
  })
  return Object.fromEntries(files)
}
