import { isoTime } from '../../../history/iso-time.js'
import { type JsonObject, isJsonObject } from '../../../protocol/json.js'
import type { SessionSource, StoredMemoryMode } from '../../../protocol/metadata.js'
import { parseJson } from '../../../protocol/parse-json.js'
import { knownGitInfo } from '../../../store/metadata-patch.js'
import type { ThreadRecord } from '../../../store/records.js'
import type { SqlRow } from '../state/table-columns.js'

/** What decides a thread's record beside its row. */
export interface RowSurroundings {
  /** The newest entry of `session_index.jsonl`; blank when it clears, `undefined` without one. */
  readonly indexName: string | undefined
  /** Whether the rollout lies with the archived ones; `null` when there is none. */
  readonly inArchive: boolean | null
  /** When the rollout file was last touched, for one that was archived at no known time. */
  archivedFileTime(): string
}

/** What a row alone cannot say; `completeRecord` adds it from the rollout. */
type RowRecord = Omit<
  ThreadRecord,
  'rolloutPath' | 'forkedFromId' | 'parentThreadId' | 'tokenUsage' | 'extra' | 'extraConfig'
>

/** The record that a row of `threads` stands for, whatever schema version it comes from. */
export function rowToRecord(row: SqlRow, around: RowSurroundings): RowRecord {
  const firstUserMessage = textOf(row, 'first_user_message') || null
  const title = textOf(row, 'title') || null
  return {
    threadId: textOf(row, 'id'),
    // Before migration 32 Codex showed the first message.
    preview: 'preview' in row ? textOf(row, 'preview') : (firstUserMessage ?? ''),
    name: nameOf(row, around.indexName),
    title,
    modelProvider: textOf(row, 'model_provider'),
    model: nullable(row, 'model'),
    reasoningEffort: nullable(row, 'reasoning_effort'),
    createdAt: instantOf(row, 'created_at') ?? EPOCH,
    updatedAt: instantOf(row, 'updated_at') ?? EPOCH,
    archivedAt: archivedAtOf(row, around),
    cwd: textOf(row, 'cwd'),
    cliVersion: textOf(row, 'cli_version'),
    source: objectOrText(textOf(row, 'source')),
    threadSource: nullable(row, 'thread_source'),
    agentNickname: nullable(row, 'agent_nickname'),
    agentRole: nullable(row, 'agent_role'),
    agentPath: nullable(row, 'agent_path'),
    gitInfo: knownGitInfo({
      sha: nullable(row, 'git_sha'),
      branch: nullable(row, 'git_branch'),
      originUrl: nullable(row, 'git_origin_url'),
    }),
    approvalMode: objectOrText(textOf(row, 'approval_mode')) || null,
    permissionProfile: objectOf(textOf(row, 'sandbox_policy')),
    firstUserMessage,
    memoryMode: memoryModeOf(row),
    historyMode: nullable(row, 'history_mode') ?? 'legacy',
  }
}

const EPOCH = '1970-01-01T00:00:00.000Z'

/**
 * A thread's name: the column made for it; before there was one, a title that is not just the
 * first message; else the newest entry of the index, which clears when it is blank.
 */
export function nameOf(row: SqlRow, indexName: string | undefined): string | null {
  const column = nullable(row, 'name')
  if (column !== null) return column
  const title = textOf(row, 'title').trim()
  const isName = title !== '' && title !== textOf(row, 'first_user_message').trim()
  // A paginated thread has its name in the column alone; its title is made from its first message.
  if (isName && textOf(row, 'history_mode') !== 'paginated') return textOf(row, 'title')
  return indexName === undefined || indexName.trim() === '' ? null : indexName
}

/** Where the file lies is what Codex goes by; the columns say since when. */
function archivedAtOf(row: SqlRow, around: RowSurroundings): string | null {
  if (around.inArchive === false) return null
  const seconds = row['archived_at']
  const known = typeof seconds === 'number' ? isoTime(seconds * 1000) : null
  if (known !== null) return known
  if (around.inArchive === true) return around.archivedFileTime()
  return row['archived'] === 1 ? (instantOf(row, 'updated_at') ?? EPOCH) : null
}

function instantOf(row: SqlRow, column: string): string | null {
  const ms = row[`${column}_ms`]
  if (typeof ms === 'number') return isoTime(ms)
  const seconds = row[column]
  return typeof seconds === 'number' ? isoTime(seconds * 1000) : null
}

function memoryModeOf(row: SqlRow): StoredMemoryMode {
  const mode = textOf(row, 'memory_mode')
  return mode === 'disabled' || mode === 'polluted' ? mode : 'enabled'
}

function textOf(row: SqlRow, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : ''
}

function nullable(row: SqlRow, column: string): string | null {
  const value = row[column]
  return typeof value === 'string' ? value : null
}

/** Codex writes plain variants as text and the others as JSON objects. */
function objectOrText(text: string): SessionSource {
  return objectOf(text) ?? text
}

function objectOf(text: string): JsonObject | null {
  const value = text.startsWith('{') ? parseJson(text) : undefined
  return isJsonObject(value) ? value : null
}
