import { textAt } from '../protocol/json.js'
import type { JsonObject } from '../protocol/json.js'
import { isThreadId } from '../protocol/thread-id.js'
import type { StoredThread } from '../store/records.js'
import { telling } from './error-codes.js'
import { invalidRequest } from './rpc-error.js'
import type { Request, ServerContext } from './server-context.js'

/** `getConversationSummary`: what older clients ask of a thread, by its id or its file. */
export async function getConversationSummary({ server, params, reply }: Request): Promise<void> {
  const path = textAt(params, 'rolloutPath')
  const stored = await (path === null
    ? readById(server, textAt(params, 'conversationId') ?? '')
    : readByPath(server, path))
  reply({ summary: summaryOf(stored) })
}

async function readById({ store }: ServerContext, given: string): Promise<StoredThread> {
  const threadId = given.toLowerCase()
  if (!isThreadId(threadId)) {
    throw invalidRequest(`invalid conversation id: ${given.slice(0, 100)} is no UUID`)
  }
  const unknown = `no rollout found for conversation id ${threadId}`
  return telling({ what: 'read thread', unknown }, () =>
    store.readThread({ threadId, includeArchived: true }),
  )
}

async function readByPath({ paths }: ServerContext, rolloutPath: string): Promise<StoredThread> {
  if (paths === null) {
    throw invalidRequest('rollout path queries are only supported with the local thread store')
  }
  const unknown = `no rollout found at ${rolloutPath}`
  return telling({ what: 'read thread', unknown }, () =>
    paths.readThreadByRolloutPath({ rolloutPath, includeArchived: true }),
  )
}

function summaryOf(thread: StoredThread): JsonObject {
  const { gitInfo } = thread
  return {
    conversationId: thread.threadId,
    path: thread.rolloutPath ?? '',
    preview: thread.preview,
    timestamp: thread.createdAt,
    updatedAt: thread.updatedAt,
    modelProvider: thread.modelProvider,
    cwd: thread.cwd,
    cliVersion: thread.cliVersion,
    source: thread.source,
    gitInfo: gitInfo && {
      sha: gitInfo.sha,
      branch: gitInfo.branch,
      origin_url: gitInfo.originUrl,
    },
  }
}
