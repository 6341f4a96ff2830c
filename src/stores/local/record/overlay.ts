import { type JsonObject, type JsonValue, isJsonObject } from '../../../protocol/json.js'
import { parseJson } from '../../../protocol/parse-json.js'
import { canonicalJson } from '../../../store/thread-filter.js'
import type { ThreadRecord } from '../../../store/records.js'
import { valueToJson } from '../state/json-row.js'
import type { SqlRow } from '../state/table-columns.js'

/** Fields whose value Codex's schema may be unable to hold. */
export type OverlayField = Exclude<keyof ThreadRecord, 'threadId' | 'rolloutPath'>

/** A value of ours, and what Codex's columns said when it was written. */
export interface OverlayEntry {
  readonly value: JsonValue
  readonly seen: JsonObject
}

/** Values of ours, by field. */
type Overlay = Partial<Record<OverlayField, OverlayEntry>>

/** What was said of a rollout when it was imported, good as long as its file is the same. */
export interface ImportedFile {
  readonly content: string
  readonly fingerprint: string | null
  readonly modifiedAt: string | null
}

/** By rollout id. */
export type ImportedFiles = Readonly<Record<string, ImportedFile>>

/** What a row of `threadstore_overlay` holds. */
export interface OverlayRow {
  readonly overlay: Overlay
  readonly files: ImportedFiles
}

export const noOverlay: OverlayRow = { overlay: {}, files: {} }

/** The newest name of the thread in `session_index.jsonl`, as if it were a column. */
export const INDEX_NAME = 'session_index'
/** Whether the rollout lies with the archived ones, as if it were a column. */
export const IN_ARCHIVE = 'in_archive'

/**
 * The columns that say a field in Codex's own words. Once one of them is not what it was, Codex has
 * spoken since, and what it says counts.
 */
export const overlayColumns: Readonly<Record<OverlayField, readonly string[]>> = {
  extraConfig: [],
  forkedFromId: [],
  parentThreadId: [],
  preview: ['preview'],
  name: ['name', 'title', INDEX_NAME],
  title: ['title'],
  modelProvider: ['model_provider'],
  model: ['model'],
  reasoningEffort: ['reasoning_effort'],
  createdAt: ['created_at', 'created_at_ms'],
  updatedAt: ['updated_at', 'updated_at_ms'],
  archivedAt: ['archived', 'archived_at', IN_ARCHIVE],
  cwd: ['cwd'],
  cliVersion: ['cli_version'],
  source: ['source'],
  threadSource: ['thread_source'],
  agentNickname: ['agent_nickname'],
  agentRole: ['agent_role'],
  agentPath: ['agent_path'],
  gitInfo: ['git_sha', 'git_branch', 'git_origin_url'],
  approvalMode: ['approval_mode'],
  permissionProfile: ['sandbox_policy'],
  tokenUsage: ['tokens_used'],
  firstUserMessage: ['first_user_message'],
  memoryMode: ['memory_mode'],
  historyMode: ['history_mode'],
  extra: [],
}

/** What the columns of a field say now. */
function seenColumns(field: OverlayField, columns: SqlRow): JsonObject {
  return Object.fromEntries(
    overlayColumns[field].map((column) => [column, valueToJson(columns[column] ?? null)]),
  )
}

/** The fields of an overlay that still count. */
export function trustedFields(overlay: Overlay, columns: SqlRow): Partial<ThreadRecord> {
  const fields = Object.entries(overlay) as [OverlayField, OverlayEntry][]
  return Object.fromEntries(
    fields
      .filter(([field, { seen }]) => isStillSeen(field, seen, columns))
      .map(([field, { value }]) => [field, value]),
  )
}

function isStillSeen(field: OverlayField, seen: JsonObject, columns: SqlRow): boolean {
  return overlayColumns[field].every((column) => {
    const now = valueToJson(columns[column] ?? null)
    const then = seen[column] ?? null
    return now === then || (isJsonObject(now) && canonicalJson(now) === canonicalJson(then))
  })
}

/** Reads the texts of an overlay row. What this version does not know is left out. */
export function parseOverlayRow(fields: string, files: string): OverlayRow {
  const read = parseJson(files)
  return {
    overlay: parseOverlay(fields),
    files: isJsonObject(read) ? (read as unknown as ImportedFiles) : {},
  }
}

function parseOverlay(text: string): Overlay {
  const value = parseJson(text)
  if (!isJsonObject(value)) return {}
  const entries = Object.entries(value).filter(
    ([field, entry]) =>
      field in overlayColumns && isJsonObject(entry) && isJsonObject(entry['seen']),
  )
  return Object.fromEntries(entries)
}

/**
 * What has to be written beside a row so that it reads back as `record`, when without it it would
 * read back as `plain`. `always` names fields of which that is not known.
 */
export function overlayFor(
  record: ThreadRecord,
  plain: ThreadRecord,
  columns: SqlRow,
  always: ReadonlySet<OverlayField>,
): Overlay {
  const fields = (Object.keys(overlayColumns) as OverlayField[]).filter(
    (field) =>
      field !== 'extra' &&
      (always.has(field) || canonicalJson(record[field]) !== canonicalJson(plain[field])),
  )
  return Object.fromEntries(
    fields.map((field) => [field, { value: record[field], seen: seenColumns(field, columns) }]),
  )
}
