import type { JsonObject } from '../../../protocol/json.js'
import type { SessionSource } from '../../../protocol/metadata.js'
import { printJson } from '../../../protocol/print-json.js'
import type { ThreadRecord } from '../../../store/records.js'
import { canonicalJson } from '../../../store/thread-filter.js'
import type { SqlRow, SqlValue } from '../state/table-columns.js'
import { INDEX_NAME, IN_ARCHIVE, type OverlayField, overlayColumns } from './overlay.js'

/** What Codex writes where it knows nothing: these columns cannot be NULL. */
const defaultApproval = 'on-request'
const defaultSandbox: JsonObject = { type: 'read-only' }

/**
 * The columns of `threads` that say a record, as Codex would fill them. Which of them exist is for
 * the schema to decide; before there was a column for names, the title held them.
 */
export function recordToRow(
  record: ThreadRecord,
  rolloutPath: string,
  hasNameColumn: boolean,
): SqlRow {
  const nameColumn = hasNameColumn && record.historyMode === 'paginated'
  return {
    id: record.threadId,
    rollout_path: rolloutPath,
    ...timeColumns('created_at', record.createdAt),
    ...timeColumns('updated_at', record.updatedAt),
    source: printed(record.source),
    model_provider: record.modelProvider,
    cwd: record.cwd,
    title: (nameColumn ? null : record.name) ?? record.title ?? '',
    ...(hasNameColumn ? { name: nameColumn ? record.name : null } : {}),
    sandbox_policy: printed(record.permissionProfile ?? defaultSandbox),
    approval_mode: printed(record.approvalMode ?? defaultApproval),
    tokens_used: Math.max(record.tokenUsage?.totalTokens ?? 0, 0),
    archived: record.archivedAt === null ? 0 : 1,
    archived_at: record.archivedAt === null ? null : seconds(record.archivedAt),
    git_sha: record.gitInfo?.sha ?? null,
    git_branch: record.gitInfo?.branch ?? null,
    git_origin_url: record.gitInfo?.originUrl ?? null,
    cli_version: record.cliVersion,
    first_user_message: record.firstUserMessage ?? '',
    agent_nickname: record.agentNickname,
    agent_role: record.agentRole,
    agent_path: record.agentPath,
    memory_mode: record.memoryMode,
    model: record.model,
    reasoning_effort: record.reasoningEffort,
    thread_source: record.threadSource,
    preview: record.preview,
    history_mode: record.historyMode,
  }
}

/** The columns to write so that a row says what has changed in a record, and nothing else. */
export function changedColumns(before: ThreadRecord, after: ThreadRecord, columns: SqlRow): SqlRow {
  const fields = (Object.keys(overlayColumns) as OverlayField[]).filter(
    (field) => canonicalJson(before[field]) !== canonicalJson(after[field]),
  )
  const names = new Set(fields.flatMap((field) => overlayColumns[field]))
  const pseudo = new Set([INDEX_NAME, IN_ARCHIVE])
  return Object.fromEntries(
    Object.entries(columns).filter(([name]) => names.has(name) && !pseudo.has(name)),
  )
}

/**
 * The columns that follow when a thread's time moves and it was last used at that time: Codex's
 * lists of recent threads go by them.
 */
export function recencyColumns(row: SqlRow, changed: SqlRow): SqlRow {
  const follows = 'recency_at_ms' in row && row['recency_at_ms'] === row['updated_at_ms']
  const { updated_at: updatedAt, updated_at_ms: updatedAtMs } = changed
  if (!follows || updatedAt === undefined || updatedAtMs === undefined) return {}
  return { recency_at: updatedAt, recency_at_ms: updatedAtMs }
}

function timeColumns(column: string, time: string): Record<string, SqlValue> {
  return { [column]: seconds(time), [`${column}_ms`]: Date.parse(time) }
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}

/** Codex writes plain variants as text and the others as JSON. */
function printed(value: SessionSource | JsonObject): string {
  return typeof value === 'string' ? value : printJson(value)
}
