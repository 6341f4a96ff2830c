import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../host/clock.js'
import type { RolloutId, ThreadId } from '../../../protocol/thread-id.js'
import { rolloutFolders } from './home-paths.js'
import { errorCode } from './unreadable.js'
import { statsOf } from './file-stamp.js'
import { type RolloutName, parseRolloutName, resemblesRollout } from './rollout-name.js'

/** A rollout file by its name; nothing of it has been read. */
export interface RolloutEntry extends RolloutName {
  /** Place inside the home, with `/`. */
  readonly file: string
  readonly path: string
  readonly archived: boolean
}

/** Something in the folders of rollouts that is not a rollout by its name. */
export interface OddEntry {
  readonly file: string
  readonly kind: 'odd-name' | 'leftover' | 'link' | 'special' | 'unreadable'
}

/** What the folders of rollouts hold. The same object as long as nothing changes. */
export interface RolloutListing {
  /** Every rollout file, in no particular order. */
  entries(): Iterable<RolloutEntry>
  odd(): Iterable<OddEntry>
  ofThread(threadId: ThreadId): RolloutEntry[]
  ofRollout(rolloutId: RolloutId): RolloutEntry[]
}

interface FolderListing {
  readonly mtimeNs: bigint
  readonly ino: bigint
  /** Whether the folder's time was old enough to tell later changes from earlier ones. */
  readonly settled: boolean
  readonly folders: readonly string[]
  readonly entries: readonly RolloutEntry[]
  readonly odd: readonly OddEntry[]
  readonly byThread: ReadonlyMap<ThreadId, readonly RolloutEntry[]>
  /** The rollouts whose ids are not those of their threads. */
  readonly bySegment: ReadonlyMap<RolloutId, readonly RolloutEntry[]>
}

/** A folder's time moves in coarse steps; within this long of a change another would go unseen. */
const SETTLE_MS = 2000

/**
 * The names of all rollout files. Folders are read again only when their own time has changed,
 * which it does whenever a name in them comes or goes.
 */
export class RolloutTree {
  readonly #home: string
  #folders = new Map<string, FolderListing>()
  #listing: RolloutListing = listingOf([])

  constructor(home: string) {
    this.#home = home
  }

  /** What was there when it was last looked. */
  get known(): RolloutListing {
    return this.#listing
  }

  /** What is there now. */
  list(): RolloutListing {
    const known = this.#folders
    const seen = new Map<string, FolderListing>()
    const todo: string[] = [...rolloutFolders]
    let changed = false
    for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
      const before = known.get(folder)
      const listing = this.#folder(folder, before)
      if (listing === null) continue
      if (listing !== before) changed = true
      seen.set(folder, listing)
      for (const child of listing.folders) todo.push(child)
    }
    if (changed || seen.size !== known.size) {
      this.#folders = seen
      this.#listing = listingOf([...seen.values()])
    }
    return this.#listing
  }

  #folder(folder: string, before: FolderListing | undefined): FolderListing | null {
    const path = join(this.#home, folder)
    const stats = statsOf(path)
    if (stats === null) return null
    const unchanged = before?.mtimeNs === stats.mtimeNs && before.ino === stats.ino
    if (before !== undefined && unchanged && before.settled) return before
    const settled = systemClock.now() - Number(stats.mtimeNs / 1_000_000n) > SETTLE_MS
    const read = readFolder(this.#home, folder)
    return {
      mtimeNs: stats.mtimeNs,
      ino: stats.ino,
      settled,
      ...read,
      byThread: Map.groupBy(read.entries, ({ threadId }) => threadId),
      bySegment: Map.groupBy(read.entries.filter(isSegment), ({ rolloutId }) => rolloutId),
    }
  }
}

/** Looks through the folders, of which there are few, so that a change costs one folder only. */
function listingOf(folders: readonly FolderListing[]): RolloutListing {
  return {
    entries: () => folders.flatMap((folder) => folder.entries),
    odd: () => folders.flatMap((folder) => folder.odd),
    ofThread: (threadId) => folders.flatMap((folder) => folder.byThread.get(threadId) ?? []),
    ofRollout: (rolloutId) =>
      folders.flatMap(({ byThread, bySegment }) => [
        ...(byThread.get(rolloutId) ?? []).filter((entry) => !isSegment(entry)),
        ...(bySegment.get(rolloutId) ?? []),
      ]),
  }
}

function isSegment({ threadId, rolloutId }: RolloutEntry): boolean {
  return rolloutId !== threadId
}

function readFolder(
  home: string,
  folder: string,
): Pick<FolderListing, 'folders' | 'entries' | 'odd'> {
  const folders: string[] = []
  const entries: RolloutEntry[] = []
  const odd: OddEntry[] = []
  for (const dirent of direntsOf(join(home, folder), folder, odd)) {
    const file = `${folder}/${dirent.name}`
    if (dirent.isDirectory()) {
      if (!dirent.name.startsWith('.')) folders.push(file)
    } else if (dirent.isSymbolicLink()) {
      // Only the two top folders may be links: people move them to another disk.
      odd.push({ file, kind: 'link' })
    } else if (!dirent.isFile()) {
      odd.push({ file, kind: 'special' })
    } else {
      const name = parseRolloutName(dirent.name)
      const archived = folder.startsWith('archived_sessions')
      if (name !== null) entries.push({ ...name, file, path: join(home, file), archived })
      else odd.push({ file, kind: resemblesRollout(dirent.name) ? 'odd-name' : 'leftover' })
    }
  }
  return { folders, entries, odd }
}

function direntsOf(path: string, folder: string, odd: OddEntry[]): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (reason) {
    if (errorCode(reason) === 'ENOENT') return []
    odd.push({ file: folder, kind: 'unreadable' })
    return []
  }
}
