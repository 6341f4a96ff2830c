import { spawnOf } from '../history/session-meta.js'
import { textAt } from '../protocol/json.js'
import type { SessionSource } from '../protocol/metadata.js'
import { knownGitInfo } from './metadata-patch.js'
import type { CreateThreadParams } from './params.js'
import type { ThreadRecord } from './records.js'

/** The record of a thread that was just created. */
export function newThreadRecord(params: CreateThreadParams, now: string): ThreadRecord {
  const { metadata } = params
  return {
    threadId: params.threadId,
    extraConfig: params.extraConfig ?? null,
    rolloutPath: null,
    forkedFromId: params.forkedFromId ?? null,
    parentThreadId: params.parentThreadId ?? null,
    preview: '',
    name: null,
    title: null,
    modelProvider: metadata.modelProvider,
    model: null,
    reasoningEffort: null,
    createdAt: now,
    updatedAt: now,
    archivedAt: null,
    cwd: metadata.cwd ?? '',
    cliVersion: metadata.cliVersion ?? '',
    source: params.source,
    threadSource: params.threadSource ?? null,
    ...agentOf(params.source),
    gitInfo: metadata.gitInfo ? knownGitInfo(metadata.gitInfo) : null,
    approvalMode: null,
    permissionProfile: null,
    tokenUsage: null,
    firstUserMessage: null,
    memoryMode: metadata.memoryMode ?? 'enabled',
    historyMode: historyModeOf(params),
    extra: null,
  }
}

/** A thread that begins from a base is paginated: only ordinals can name the place. */
export function historyModeOf(params: CreateThreadParams): 'legacy' | 'paginated' {
  return params.historyMode ?? (params.base === undefined ? 'legacy' : 'paginated')
}

/** A spawned subagent carries its name, role and path in its source. */
function agentOf(
  source: SessionSource,
): Pick<ThreadRecord, 'agentNickname' | 'agentRole' | 'agentPath'> {
  const spawn = spawnOf(source)
  return {
    agentNickname: textAt(spawn, 'agent_nickname'),
    agentRole: textAt(spawn, 'agent_role'),
    agentPath: textAt(spawn, 'agent_path'),
  }
}
