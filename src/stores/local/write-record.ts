import type Database from 'better-sqlite3'
import type { JsonObject } from '../../protocol/json.js'
import type { ThreadRecord } from '../../store/records.js'
import { canonicalJson } from '../../store/thread-filter.js'
import type { HomeThread } from './home-index.js'
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
import { readThreadRows } from './state/state-rows.js'
import { type SqlRow, tableColumns } from './state/table-columns.js'
import type { ExtraReader } from './state/thread-extra.js'
import { existingColumns, insertRow, updateThreadRow, writeOverlay } from './state/write-row.js'
import { overlayedColumns, rowSurroundings } from './thread-records.js'

/** What is written beside a row, and what the record looks like with it. */
export interface RecordWrite {
  /**
   * What else is written, between changing the row and committing it: when it fails, nothing has
   * changed.
   */
  readonly alongside?: (before: ThreadRecord, after: ThreadRecord, db: Database.Database) => void
  /** The change is to `extra` too, and `alongside` stores what Codex's tables can hold of it. */
  readonly withExtra?: boolean
  /** What is kept of the thread's files. @defaultValue as it is */
  readonly files?: (known: ImportedFiles) => ImportedFiles
  /** The newest name the index will hold once `alongside` has run. @defaultValue as it is */
  readonly indexName?: (before: ThreadRecord, after: ThreadRecord) => string | undefined
}

/** A thread on its way from one record to another. */
export interface RecordStep {
  readonly thread: HomeThread
  /** The rollout that the thread ends with once this is written. */
  readonly current: RolloutEntry | null
  readonly before: ThreadRecord
  /** The record as it was without what is kept beside the row. */
  readonly plain: ThreadRecord
  readonly after: ThreadRecord
}

/** Writes a thread's row, and beside it what the row cannot say. Runs in a transaction. */
export function writeRecord(
  db: Database.Database,
  extras: ExtraReader,
  { thread, current, before, plain, after }: RecordStep,
  how: RecordWrite,
): void {
  const { threadId } = after
  const names = new Set(tableColumns(db, 'threads').map(({ name }) => name))
  const path = current?.path ?? textOf(thread.row?.['rollout_path'])
  const columns = existingColumns(db, 'threads', recordToRow(after, path, names.has('name')))
  if (thread.row === null) {
    insertRow(db, 'threads', columns)
  } else {
    const changed = changedColumns(before, after, columns)
    updateThreadRow(db, threadId, {
      ...changed,
      ...movedColumns(thread.row, columns),
      ...recencyColumns(thread.row, changed),
    })
  }
  how.alongside?.(before, after, db)
  const indexName = how.indexName?.(before, after) ?? thread.indexName
  const now: HomeThread = { ...thread, row: readThreadRows(db, threadId).row, indexName }
  const always = unknowable(before, after, thread)
  const found = readBack(now, current, plain)
  const { extra: keptExtra } = thread.overlay.overlay
  const extra = how.withExtra
    ? keptExtraEntry(after, extras.snapshot().read(threadId, now.row, after.tokenUsage))
    : keptExtra
  const overlay = overlayFor(after, found, overlayedColumns(now, current), always)
  writeOverlay(db, threadId, {
    overlay: { ...overlay, ...(extra === undefined ? {} : { extra }) },
    files: how.files?.(thread.overlay.files) ?? thread.overlay.files,
  })
}

/** The columns that say where a rollout lies, when it lies somewhere else by now. */
function movedColumns(row: SqlRow, columns: SqlRow): SqlRow {
  const { rollout_path: path, archived, archived_at: since } = columns
  return {
    ...(path === undefined || path === row['rollout_path'] ? {} : { rollout_path: path }),
    ...(archived === undefined || archived === row['archived']
      ? {}
      : { archived, archived_at: since ?? null }),
  }
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
