import type { JsonObject } from '../protocol/json.js'
import type { StoredThread } from '../store/records.js'
import type { ApiTurn } from './api-turn.js'
import { apiSource, seconds } from './api-words.js'

/** How a thread is, as clients are told. */
export type ThreadStatus =
  | { readonly type: 'notLoaded' }
  | { readonly type: 'idle' }
  | { readonly type: 'systemError' }
  | { readonly type: 'active'; readonly activeFlags: readonly string[] }

/** A thread as clients are told of it. */
export function apiThread(
  thread: StoredThread,
  status: ThreadStatus,
  turns: readonly ApiTurn[] = [],
  ephemeral = false,
): JsonObject {
  return {
    id: thread.threadId,
    sessionId: thread.threadId,
    forkedFromId: thread.forkedFromId,
    preview: thread.preview,
    ephemeral,
    modelProvider: thread.modelProvider,
    createdAt: seconds(thread.createdAt),
    updatedAt: seconds(thread.updatedAt),
    status,
    path: ephemeral ? null : thread.rolloutPath,
    cwd: thread.cwd,
    cliVersion: thread.cliVersion,
    source: apiSource(thread.source),
    threadSource: thread.threadSource,
    agentNickname: thread.agentNickname,
    agentRole: thread.agentRole,
    gitInfo: thread.gitInfo === null ? null : { ...thread.gitInfo },
    name: thread.name,
    turns,
  }
}
