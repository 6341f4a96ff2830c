import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type {
  GitInfo,
  SessionSource,
  StoredMemoryMode,
  ThreadSource,
} from '../protocol/metadata.js'
import type { HistoryPosition, RolloutItem } from '../protocol/rollout-item.js'
import { isThreadId, type ThreadId } from '../protocol/thread-id.js'
import { parseTime } from './iso-time.js'

/** What a `session_meta` item says of its thread. What it does not say is `null`. */
export interface SessionMeta {
  readonly threadId: ThreadId | null
  /** When the thread was created; ISO 8601 UTC with milliseconds. */
  readonly createdAt: string | null
  readonly cwd: string | null
  readonly originator: string | null
  readonly cliVersion: string | null
  /** `vscode` when the item does not say, as Codex reads it. */
  readonly source: SessionSource
  readonly threadSource: ThreadSource | null
  readonly agentNickname: string | null
  readonly agentRole: string | null
  readonly agentPath: string | null
  readonly modelProvider: string | null
  readonly baseInstructions: string | null
  readonly dynamicTools: readonly JsonValue[] | null
  readonly memoryMode: StoredMemoryMode | null
  /** `null`: nothing is said of git. All fields `null`: git facts were cleared. */
  readonly gitInfo: GitInfo | null
  readonly forkedFromId: ThreadId | null
  readonly parentThreadId: ThreadId | null
  /** `legacy` when the item does not say; kept as it is when this release does not know it. */
  readonly historyMode: string
  readonly historyBase: HistoryPosition | null
  /** The item says that the rollout has a base, but not where. */
  readonly historyBaseInvalid: boolean
}

/** What goes into a thread's first `session_meta`. Absent and `null` mean the same. */
interface SessionMetaParams {
  readonly threadId: ThreadId
  /** When the thread is created; ISO 8601 UTC with milliseconds. */
  readonly timestamp: string
  readonly cwd?: string | null
  readonly originator: string
  readonly cliVersion: string
  readonly source: SessionSource
  readonly threadSource?: ThreadSource | null
  readonly agentNickname?: string | null
  readonly agentRole?: string | null
  readonly agentPath?: string | null
  readonly modelProvider?: string | null
  readonly baseInstructions?: string | null
  readonly dynamicTools?: readonly JsonValue[] | null
  readonly memoryMode?: StoredMemoryMode | null
  readonly gitInfo?: GitInfo | null
  readonly forkedFromId?: ThreadId | null
  /** Where in the history of the other thread a fork that copies nothing was cut. */
  readonly forkedFromOrdinalExclusive?: number | null
  readonly parentThreadId?: ThreadId | null
  /** @defaultValue `legacy` */
  readonly historyMode?: string
  readonly historyBase?: HistoryPosition | null
}

/**
 * The payload of a thread's first `session_meta`, keys in Codex's order: as 0.131 writes it for a
 * legacy history, as 0.169 does for a paginated one. `memory_mode` is there only when it is not
 * `enabled`.
 */
export function buildSessionMeta(params: SessionMetaParams): JsonObject {
  const { threadId, historyMode = 'legacy', memoryMode } = params
  const legacy = historyMode === 'legacy'
  const base = params.historyBase ?? null
  return withoutNulls({
    session_id: legacy ? null : threadId,
    id: threadId,
    forked_from_id: params.forkedFromId,
    forked_from_ordinal_exclusive: params.forkedFromOrdinalExclusive,
    parent_thread_id: params.parentThreadId,
    timestamp: params.timestamp,
    cwd: params.cwd ?? '',
    originator: params.originator,
    cli_version: params.cliVersion,
    source: params.source,
    thread_source: params.threadSource,
    agent_nickname: params.agentNickname,
    agent_role: params.agentRole,
    agent_path: params.agentPath,
    model_provider: params.modelProvider,
    base_instructions: printInstructions(params.baseInstructions ?? null),
    dynamic_tools: params.dynamicTools?.length ? params.dynamicTools : null,
    memory_mode: memoryMode === 'enabled' ? null : memoryMode,
    history_mode: legacy ? null : historyMode,
    history_base: base && printBase(base),
    git: params.gitInfo ? printGit(params.gitInfo) : null,
  })
}

/**
 * The payload of a later `session_meta`, by which Codex records a change of git facts or memory
 * mode: a copy of the first one with the new values. A line without `git` says nothing of git; one
 * with an empty `git` says that all is cleared.
 */
export function amendSessionMeta(
  first: JsonObject,
  change: { readonly gitInfo: GitInfo | null; readonly memoryMode: StoredMemoryMode },
): JsonObject {
  const { memory_mode: _mode, git: _git, ...rest } = first
  const git = change.gitInfo && { git: printGit(change.gitInfo) }
  return { ...rest, memory_mode: change.memoryMode, ...git }
}

/** What a `session_meta` item says, however little; `null` for any other item. */
export function readSessionMeta(item: RolloutItem): SessionMeta | null {
  if (item.type !== 'session_meta' || !isJsonObject(item.payload)) return null
  const { payload } = item
  const source = payload['source']
  const known = typeof source === 'string' || isJsonObject(source)
  const spawn = spawnOf(source)
  const base = payload['history_base'] ?? null
  const historyBase = readBase(base)
  return {
    threadId: readId(payload['id']),
    createdAt: parseTime(payload['timestamp']) ?? parseTime(item.timestamp),
    cwd: textAt(payload, 'cwd'),
    originator: textAt(payload, 'originator'),
    cliVersion: textAt(payload, 'cli_version'),
    source: known ? source : 'vscode',
    threadSource: textAt(payload, 'thread_source'),
    agentNickname: textAt(payload, 'agent_nickname') ?? textAt(spawn, 'agent_nickname'),
    agentRole:
      textAt(payload, 'agent_role') ?? textAt(payload, 'agent_type') ?? textAt(spawn, 'agent_role'),
    agentPath: textAt(payload, 'agent_path') ?? textAt(spawn, 'agent_path'),
    modelProvider: textAt(payload, 'model_provider'),
    baseInstructions: readInstructions(payload['base_instructions']),
    dynamicTools: Array.isArray(payload['dynamic_tools'])
      ? (payload['dynamic_tools'] as readonly JsonValue[])
      : null,
    memoryMode: readMemoryMode(payload['memory_mode']),
    gitInfo: readGit(payload['git']),
    forkedFromId: readId(payload['forked_from_id']),
    parentThreadId: readId(payload['parent_thread_id']),
    historyMode: textAt(payload, 'history_mode') ?? 'legacy',
    historyBase,
    historyBaseInvalid: base !== null && historyBase === null,
  }
}

function withoutNulls(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const present = Object.entries(fields).filter(([, value]) => (value ?? null) !== null)
  return Object.fromEntries(present) as JsonObject
}

function printGit({ sha, branch, originUrl }: GitInfo): JsonObject {
  return withoutNulls({ commit_hash: sha, branch, repository_url: originUrl })
}

function readGit(git: JsonValue | undefined): GitInfo | null {
  if (!isJsonObject(git)) return null
  return {
    sha: textAt(git, 'commit_hash'),
    branch: textAt(git, 'branch'),
    originUrl: textAt(git, 'repository_url'),
  }
}

/** Codex calls the rollout of a base its thread, for rollouts had no ids before reverts. */
function printBase({ rolloutId, endOrdinalExclusive, endByteOffset }: HistoryPosition): JsonObject {
  return {
    thread_id: rolloutId,
    end_ordinal_exclusive: endOrdinalExclusive,
    end_byte_offset: endByteOffset,
  }
}

function readBase(base: JsonValue): HistoryPosition | null {
  if (!isJsonObject(base)) return null
  const rolloutId = readId(base['thread_id'])
  const endOrdinalExclusive = count(base['end_ordinal_exclusive'])
  const endByteOffset = count(base['end_byte_offset'])
  if (rolloutId === null || endOrdinalExclusive === null || endByteOffset === null) return null
  return { rolloutId, endOrdinalExclusive, endByteOffset }
}

/** Codex accepts a UUID in capitals and means the same thread. */
function readId(value: JsonValue | undefined): ThreadId | null {
  const id = typeof value === 'string' ? value.toLowerCase() : null
  return isThreadId(id) ? id : null
}

function readMemoryMode(value: JsonValue | undefined): StoredMemoryMode | null {
  return value === 'enabled' || value === 'disabled' || value === 'polluted' ? value : null
}

function printInstructions(instructions: string | null): JsonObject | null {
  return instructions === null ? null : { text: instructions }
}

function readInstructions(value: JsonValue | undefined): string | null {
  if (isJsonObject(value)) return textAt(value, 'text')
  return typeof value === 'string' ? value : null
}

/** How a spawned subagent was started, as its source says; empty for every other source. */
export function spawnOf(source: JsonValue | undefined): JsonObject {
  const subagent = isJsonObject(source) ? source['subagent'] : null
  const spawn = isJsonObject(subagent) ? subagent['thread_spawn'] : null
  return isJsonObject(spawn) ? spawn : {}
}

function count(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
