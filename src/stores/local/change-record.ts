import type { JsonObject } from '../../protocol/json.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { ThreadStoreError } from '../../store/errors.js'
import type { ThreadRecord } from '../../store/records.js'
import { canonicalJson } from '../../store/thread-filter.js'
import type Database from 'better-sqlite3'
import type { HomeThread } from './home-index.js'
import type { OpenHome } from './open-home.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import { missingExtra } from './record/extra-parts.js'
import {
  type ImportedFiles,
  type OverlayEntry,
  type OverlayField,
  overlayFor,
} from './record/overlay.js'
import { changedColumns, recencyColumns, recordToRow } from './record/record-to-row.js'
import { rowToRecord } from './record/row-to-record.js'
import { createStateDatabase } from './state/create-state.js'
import { readThreadRows } from './state/state-rows.js'
import { type SqlRow, tableColumns } from './state/table-columns.js'
import { existingColumns, insertRow, updateThreadRow, writeOverlay } from './state/write-row.js'
import { overlayedColumns, rowSurroundings } from './thread-records.js'

/** How a record is to change. */
export interface RecordChange {
  /** The record as it is to be, from the record as it is. May be asked again. */
  readonly change: (record: ThreadRecord) => ThreadRecord
  /**
   * What else is written, between changing the row and committing it: when it fails, nothing has
   * changed.
   */
  readonly alongside?: (before: ThreadRecord, after: ThreadRecord, db: Database.Database) => void
  /** The change is to `extra` too, and `alongside` stores what Codex's tables can hold of it. */
  readonly withExtra?: boolean
  /** The file that the thread ends with from now on, inside the home. @defaultValue as it is */
  readonly current?: string
  /** What is kept of the thread's files. @defaultValue as it is */
  readonly files?: (known: ImportedFiles) => ImportedFiles
  /** The newest name the index will hold once `alongside` has run. @defaultValue as it is */
  readonly indexName?: (before: ThreadRecord, after: ThreadRecord) => string | undefined
}

/** How often a change is worked out anew because somebody else was faster. */
const ATTEMPTS_MAX = 100

/**
 * Changes a thread's record where Codex keeps it, and beside it what Codex's columns cannot hold.
 * Concurrent changes of other fields survive: a row that changed meanwhile is read again.
 */
export async function changeRecord(
  home: OpenHome,
  threadId: ThreadId,
  how: RecordChange,
): Promise<ThreadRecord> {
  ensureStateDatabase(home)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const thread = await home.stored(threadId)
    const before = await home.records.complete(thread)
    const plain = await home.records.plain(thread)
    const current =
      thread.rollouts.find(({ file }) => file === how.current) ??
      (await home.records.current(thread))
    const after = how.change(before)
    const written = home.state.change((db) => {
      if (!isUnchanged(thread, readThreadRows(db, threadId))) return false
      write(db, { home, thread, current, before, plain, after, how })
      return true
    })
    if (written) return home.records.complete(await home.stored(threadId))
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

/** Makes the state database of a home that has none. */
export function ensureStateDatabase(home: OpenHome): void {
  if (home.state.file() === null) {
    createStateDatabase(home.paths.sqliteHome, home.clock.now())
    home.state.touch()
  }
}

interface Write {
  readonly home: OpenHome
  readonly thread: HomeThread
  readonly current: RolloutEntry | null
  readonly before: ThreadRecord
  readonly plain: ThreadRecord
  readonly after: ThreadRecord
  readonly how: RecordChange
}

function write(db: Database.Database, what: Write): void {
  const { home, thread, current, before, after, plain, how } = what
  const { threadId } = after
  const names = new Set(tableColumns(db, 'threads').map(({ name }) => name))
  const path = current?.path ?? textOf(thread.row?.['rollout_path'])
  const columns = existingColumns(db, 'threads', recordToRow(after, path, names.has('name')))
  if (thread.row === null) {
    insertRow(db, 'threads', columns)
  } else {
    const changed = changedColumns(before, after, columns)
    const moved = thread.row['rollout_path'] === path ? {} : { rollout_path: path }
    updateThreadRow(db, threadId, { ...changed, ...moved, ...recencyColumns(thread.row, changed) })
  }
  how.alongside?.(before, after, db)
  const indexName = how.indexName?.(before, after) ?? thread.indexName
  const now: HomeThread = { ...thread, row: readThreadRows(db, threadId).row, indexName }
  const always = unknowable(before, after, thread)
  const found = readBack(now, current, plain)
  const { extra: keptExtra } = thread.overlay.overlay
  const extra = how.withExtra
    ? keptExtraEntry(after, home.extra.snapshot().read(threadId, now.row, after.tokenUsage))
    : keptExtra
  const overlay = overlayFor(after, found, overlayedColumns(now, current), always)
  writeOverlay(db, threadId, {
    overlay: { ...overlay, ...(extra === undefined ? {} : { extra }) },
    files: how.files?.(thread.overlay.files) ?? thread.overlay.files,
  })
}

/** What has to be kept of a thread's extra because no table of Codex's holds it. */
function keptExtraEntry(
  { extra }: ThreadRecord,
  stored: JsonObject | null,
): OverlayEntry | undefined {
  if (extra === null || canonicalJson(extra) === canonicalJson(stored)) return undefined
  return { value: missingExtra(extra, stored), seen: {} }
}

/** The record as the row that was just written says it; what a row does not say stays `plain`. */
function readBack(
  thread: HomeThread,
  current: RolloutEntry | null,
  plain: ThreadRecord,
): ThreadRecord {
  const read = rowToRecord(thread.row ?? {}, rowSurroundings(thread, current))
  return { ...plain, ...read, historyMode: plain.historyMode }
}

/** Fields whose value was found by a total that has changed: what it finds now is not known yet. */
function unknowable(
  before: ThreadRecord,
  after: ThreadRecord,
  { row }: HomeThread,
): ReadonlySet<OverlayField> {
  const same = canonicalJson(before.tokenUsage) === canonicalJson(after.tokenUsage)
  return new Set(row !== null && same ? [] : ['tokenUsage'])
}

function isUnchanged(thread: HomeThread, now: ReturnType<typeof readThreadRows>): boolean {
  const { row, overlay } = thread
  return sameRow(row, now.row) && canonicalJson(overlay) === canonicalJson(now.overlay)
}

function sameRow(a: SqlRow | null, b: SqlRow | null): boolean {
  if (a === null || b === null) return a === b
  const columns = Object.keys(a)
  return (
    columns.length === Object.keys(b).length &&
    columns.every((column) => sameValue(a[column], b[column]))
  )
}

function sameValue(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array
    ? Buffer.from(a).equals(b)
    : Object.is(a, b)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
