import { existsSync } from 'node:fs'
import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import type { SqlRow } from './state/table-columns.js'
import { type ThreadFiles, chooseRollouts } from './home/choose-rollouts.js'
import { unreadable } from './home/unreadable.js'
import { arrivingPath, removedPath } from './home/new-rollout.js'
import type { RolloutEntry, RolloutListing, RolloutTree } from './home/rollout-tree.js'
import type { IndexNames, SessionIndex } from './home/session-index.js'
import { type OverlayRow, noOverlay } from './record/overlay.js'
import type { CodexDatabase } from './state/codex-database.js'
import {
  type StateRows,
  noRows,
  noThreadRows,
  readStateRows,
  readThreadRows,
} from './state/state-rows.js'

/** What a home's files, names and rows say of one thread, before any rollout is opened. */
export interface HomeThread extends ThreadFiles {
  readonly threadId: ThreadId
  readonly row: SqlRow | null
  readonly overlay: OverlayRow
  /** The newest entry of the index of names; blank when it clears. */
  readonly indexName: string | undefined
}

/** What the index is made from. */
interface HomeSources {
  readonly tree: RolloutTree
  readonly names: SessionIndex
  readonly state: CodexDatabase
}

/**
 * Every thread of a home by its id. Each of the three sources says cheaply whether it has changed,
 * and only what has changed is read again.
 */
export class HomeIndex {
  /** Threads that are being imported here. */
  readonly arriving: Set<ThreadId> = new Set()
  readonly #sources: HomeSources
  #rows: { readonly version: number; readonly rows: StateRows } | null = null
  #all: AllThreads | null = null

  constructor(sources: HomeSources) {
    this.#sources = sources
  }

  /** One thread, looked up without reading what belongs to others; `null` when nothing is known. */
  async find(threadId: ThreadId): Promise<HomeThread | null> {
    const names = await this.#sources.names.names()
    const { row, overlay } = this.#sources.state.use(
      (db) => readThreadRows(db, threadId),
      noThreadRows,
    )
    const entries = this.#entriesOf(threadId, row)
    if (this.#isHalfway(threadId, entries, row)) return null
    if (entries.length === 0 && row === null) {
      // What cannot be looked at is not the same as what is not there.
      const closed = [...this.#sources.tree.list().odd()].find(({ kind }) => kind === 'unreadable')
      if (closed !== undefined) throw unreadable(closed.file, 'permission denied')
      return null
    }
    return homeThread(threadId, entries, row, overlay, names)
  }

  /**
   * The files of a thread. The names of a whole home are looked through only when the row, which
   * changes with every move of a rollout, says something new.
   */
  #entriesOf(threadId: ThreadId, row: SqlRow | null): RolloutEntry[] {
    const known = this.#sources.tree.known.ofThread(threadId)
    const path = rowPath(row)
    const current = known.find((entry) => entry.path === path)
    if (current !== undefined && existsSync(current.path)) return known
    return this.#sources.tree.list().ofThread(threadId)
  }

  /** The file of a rollout, whoever it belongs to. */
  rollout(rolloutId: RolloutId): RolloutEntry | null {
    const entries = this.#sources.tree.list().ofRollout(rolloutId)
    return chooseRollouts(entries, null).rollouts[0] ?? null
  }

  listing(): RolloutListing {
    return this.#sources.tree.list()
  }

  /** All threads. The same map, and the same threads in it, as long as nothing has changed. */
  async all(): Promise<ReadonlyMap<ThreadId, HomeThread>> {
    const names = await this.#sources.names.names()
    const rows = this.#stateRows()
    const listing = this.#sources.tree.list()
    const before = this.#all
    const isSame = before?.listing === listing && before.rows === rows && before.names === names
    if (!isSame) {
      this.#all = mergeSources({ listing, rows, names }, before, (threadId, entries, row) =>
        this.#isHalfway(threadId, entries, row),
      )
    }
    return this.#all?.threads ?? new Map()
  }

  /** Whether a thread is not there yet, or not any more: its row says when it comes and goes. */
  #isHalfway(threadId: ThreadId, entries: readonly RolloutEntry[], row: SqlRow | null): boolean {
    if (row !== null) return isHalfDeleted(entries, row)
    return !this.arriving.has(threadId) && isHalfImported(entries)
  }

  #stateRows(): StateRows {
    const { state } = this.#sources
    const version = state.version()
    if (this.#rows?.version === version) return this.#rows.rows
    const before = this.#rows?.rows ?? noRows
    const rows = state.use((db) => readStateRows(db, before), noRows)
    this.#rows = { version, rows }
    return rows
  }
}

/** All threads, and what they were made from. */
interface AllThreads {
  readonly listing: RolloutListing
  readonly rows: StateRows
  readonly names: IndexNames
  readonly files: ReadonlyMap<ThreadId, readonly RolloutEntry[]>
  readonly threads: ReadonlyMap<ThreadId, HomeThread>
}

type IsHalfway = (
  threadId: ThreadId,
  entries: readonly RolloutEntry[],
  row: SqlRow | null,
) => boolean

/** A thread of which nothing has changed is the same object as `before`, and so is its record. */
function mergeSources(
  { listing, rows, names }: Pick<AllThreads, 'listing' | 'rows' | 'names'>,
  before: AllThreads | null,
  isHalfway: IsHalfway,
): AllThreads {
  const sameFiles = before?.listing === listing
  const files = sameFiles ? before.files : Map.groupBy(listing.entries(), (entry) => entry.threadId)
  const threads = new Map<ThreadId, HomeThread>()
  for (const threadId of new Set([...files.keys(), ...rows.rows.keys()])) {
    const row = rows.rows.get(threadId) ?? null
    const overlay = rows.overlays.get(threadId) ?? noOverlay
    // Without a row the record comes from the rollout, which may have been appended to.
    const known = sameFiles && row !== null ? before.threads.get(threadId) : undefined
    const isKnown =
      known?.row === row && known.overlay === overlay && known.indexName === names.get(threadId)
    const entries = files.get(threadId) ?? []
    if (isKnown) threads.set(threadId, known)
    else if (!isHalfway(threadId, entries, row)) {
      threads.set(threadId, homeThread(threadId, entries, row, overlay, names))
    }
  }
  return { listing, rows, names, files, threads }
}

function homeThread(
  threadId: ThreadId,
  entries: readonly RolloutEntry[],
  row: SqlRow | null,
  overlay: OverlayRow,
  names: IndexNames,
): HomeThread {
  const files = chooseRollouts(entries, rowPath(row))
  return { threadId, ...files, row, overlay, indexName: names.get(threadId) }
}

/** Whether whoever was deleting a thread died after the file that its row names, before the row. */
function isHalfDeleted(entries: readonly RolloutEntry[], row: SqlRow): boolean {
  const path = rowPath(row)
  return (
    path !== null &&
    entries.every((entry) => entry.path !== path) &&
    !existsSync(path) &&
    existsSync(removedPath(path))
  )
}

/** Whether whoever was importing a thread died after its files, before its row. */
function isHalfImported(entries: readonly RolloutEntry[]): boolean {
  return entries.some(({ path }) => existsSync(arrivingPath(path)))
}

/** Where a row says its rollout lies. */
export function rowPath(row: SqlRow | null): string | null {
  const path = row?.['rollout_path']
  return typeof path === 'string' ? path : null
}
