import type { JsonObject, JsonValue } from '../protocol/json.js'
import type { GitInfo, SessionSource, StoredMemoryMode } from '../protocol/metadata.js'
import type { HistoryPosition } from '../protocol/rollout-item.js'
import type { ThreadId } from '../protocol/thread-id.js'

/** What goes into the session_meta a rollout begins with. */
export interface SessionMetaFacts {
  readonly threadId: ThreadId
  /** ISO 8601 UTC with milliseconds. */
  readonly timestamp: string
  readonly cwd: string
  readonly originator: string
  readonly cliVersion: string
  readonly source: SessionSource
  readonly threadSource: string | null
  readonly agentNickname: string | null
  readonly agentRole: string | null
  readonly agentPath: string | null
  readonly modelProvider: string
  readonly baseInstructions: string | null
  readonly dynamicTools: readonly JsonValue[]
  readonly memoryMode: StoredMemoryMode
  readonly gitInfo: GitInfo | null
  readonly forkedFromId: ThreadId | null
  readonly parentThreadId: ThreadId | null
  readonly historyMode: string
  readonly historyBase: HistoryPosition | null
}

/**
 * The payload of a session_meta, spelled as Codex spells it: what is not known is left out, and
 * only a paginated history says its mode.
 */
export function buildSessionMeta(facts: SessionMetaFacts): JsonObject {
  const { historyBase: base } = facts
  return withoutAbsent({
    id: facts.threadId,
    forked_from_id: facts.forkedFromId,
    parent_thread_id: facts.parentThreadId,
    timestamp: facts.timestamp,
    cwd: facts.cwd,
    originator: facts.originator,
    cli_version: facts.cliVersion,
    source: facts.source,
    thread_source: facts.threadSource,
    agent_nickname: facts.agentNickname,
    agent_role: facts.agentRole,
    agent_path: facts.agentPath,
    model_provider: facts.modelProvider,
    base_instructions: facts.baseInstructions === null ? null : { text: facts.baseInstructions },
    dynamic_tools: facts.dynamicTools.length === 0 ? null : facts.dynamicTools,
    memory_mode: facts.memoryMode === 'enabled' ? null : facts.memoryMode,
    history_mode: facts.historyMode === 'legacy' ? null : facts.historyMode,
    history_base: base && {
      thread_id: base.rolloutId,
      end_ordinal_exclusive: base.endOrdinalExclusive,
      end_byte_offset: base.endByteOffset,
    },
    git: facts.gitInfo && gitMeta(facts.gitInfo),
  })
}

function gitMeta(git: GitInfo): JsonObject {
  return withoutAbsent({
    commit_hash: git.sha,
    branch: git.branch,
    repository_url: git.originUrl,
  })
}

function withoutAbsent(fields: Record<string, JsonValue>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
