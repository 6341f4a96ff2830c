import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryPosition } from '../../protocol/rollout-item.js'
import type { RolloutId } from '../../protocol/thread-id.js'
import { differentContent, wrongPosition } from '../../store/errors.js'
import { refuseCycle } from '../../store/lineage.js'
import type { ImportThreadParams, ImportedRollout } from '../../store/raw-history.js'
import type { ThreadRecord } from '../../store/records.js'
import type { HomeThread } from './home-index.js'
import { newRolloutEntry, rolloutTime } from './home/new-rollout.js'
import { countRolloutBytes } from './home/rollout-bytes.js'
import { parseRolloutName } from './home/rollout-name.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { OpenHome } from './open-home.js'

/** Where a rollout of an import goes. */
export interface ImportTarget {
  readonly imported: ImportedRollout
  readonly entry: RolloutEntry
  /** The file that holds the rollout now. */
  readonly before: RolloutEntry | null
}

/** Decides where each rollout of an import goes, and refuses what cannot be stored. */
export async function planImport(
  home: OpenHome,
  { thread, rollouts, replace = false }: ImportThreadParams,
  stored: HomeThread | null,
): Promise<ImportTarget[]> {
  const targets: ImportTarget[] = []
  for (const imported of rollouts) {
    const before =
      stored?.rollouts.find(({ rolloutId }) => rolloutId === imported.rolloutId) ?? null
    await refuseConflict(home, imported, before, replace)
    const last = imported === rollouts.at(-1)
    const entry =
      before !== null && imported.fromByte > 0 ? before : place(home, thread, imported, last)
    if (entry.path !== before?.path && existsSync(entry.path))
      throw differentContent(imported.rolloutId)
    targets.push({ imported, entry, before })
  }
  await refuseCycles(home, thread, rollouts)
  return targets
}

async function refuseConflict(
  home: OpenHome,
  { rolloutId, fromByte }: ImportedRollout,
  before: RolloutEntry | null,
  replace: boolean,
): Promise<void> {
  if (before === null && home.index.rollout(rolloutId) !== null) throw differentContent(rolloutId)
  if (before !== null && fromByte === 0 && !replace) throw differentContent(rolloutId)
  const size = fromByte === 0 || before === null ? 0 : await countRolloutBytes(before)
  if (fromByte !== size) throw wrongPosition(rolloutId, fromByte, size)
}

async function refuseCycles(
  home: OpenHome,
  { threadId }: ThreadRecord,
  rollouts: readonly ImportedRollout[],
): Promise<void> {
  const bases = new Map<RolloutId, HistoryPosition | null | undefined>()
  for (const { rolloutId, base } of rollouts) bases.set(rolloutId, base)
  for (const { base } of rollouts) {
    for (let id = base?.rolloutId; id !== undefined && !bases.has(id);) {
      const entry = home.index.rollout(id)
      const head = entry && (await home.heads.tryHead(entry))
      bases.set(id, entry === null ? undefined : (head?.historyBase ?? null))
      id = head?.historyBase?.rolloutId
    }
  }
  refuseCycle(
    threadId,
    rollouts.map(({ rolloutId }) => rolloutId),
    (id) => bases.get(id),
  )
}

/** The place a file had where it comes from, if it can be one here; else a place of our own. */
function place(
  home: OpenHome,
  thread: ThreadRecord,
  { rolloutId, file }: ImportedRollout,
  isCurrent: boolean,
): RolloutEntry {
  const { threadId, createdAt, archivedAt } = thread
  const given = file === null ? null : entryAt(home, file.name)
  const archived = isCurrent || given === null ? archivedAt !== null : given.archived
  const fits = given?.threadId === threadId && given.rolloutId === rolloutId
  if (given !== null && fits && given.archived === archived) return given
  const time = fits ? given.time : rolloutTime(Date.parse(createdAt))
  const compressed = fits && given.compressed
  return newRolloutEntry(home.paths.home, { threadId, rolloutId, time, compressed }, archived)
}

/** Folders as Codex and people name them; nothing that could lead out of the home. */
const folderPattern = /^(?:archived_sessions|sessions(?:\/[A-Za-z0-9_-]+)*)$/

function entryAt(home: OpenHome, file: string): RolloutEntry | null {
  const at = file.lastIndexOf('/')
  const folder = file.slice(0, Math.max(at, 0))
  const name = parseRolloutName(file.slice(at + 1))
  if (name === null || !folderPattern.test(folder)) return null
  const archived = folder === 'archived_sessions'
  return { ...name, file, path: join(home.paths.home, file), archived }
}
