import { type ReviewTarget, reviewRequest } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { StoredThread } from '../store/records.js'
import { apiThread } from './api-thread.js'
import { beginningTurn } from './api-turn.js'
import { telling } from './error-codes.js'
import { configParams, threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import type { Request, ServerContext } from './server-context.js'
import type { ThreadSession } from './thread-session.js'

/**
 * `review/start`: inline, in the thread itself; or detached, in a fork of it, which is announced
 * before the response.
 */
export async function reviewStart(request: Request): Promise<void> {
  const { server, params } = request
  const threadId = threadIdParam(params)
  const session = requireSession(server, threadId)
  const target = params['target'] as unknown as ReviewTarget
  const { hint } = await telling({ what: 'start review' }, async () => reviewRequest(target))
  const where = params['delivery'] === 'detached' ? await detached(request, session) : session
  await where.inOrder(async () => {
    const submitted = await telling({ what: 'start review' }, () => where.thread.review(target))
    const { turnId } = submitted
    where.watch(submitted)
    const said: JsonObject = {
      type: 'userMessage',
      id: turnId,
      content: [{ type: 'text', text: hint, text_elements: [] }],
    }
    request.reply({
      turn: beginningTurn(turnId, [said]),
      reviewThreadId: where.thread.threadId,
    })
  })
}

/** A fork of the stored thread, in its directory and with its git facts. */
async function detached(request: Request, parent: ThreadSession): Promise<ThreadSession> {
  const { server, connection, params } = request
  const { threadId } = parent.thread
  return server.listState(async () => {
    const what = `load parent thread ${threadId}`
    const unknown = `failed to ${what}: thread ${threadId} has no persisted history`
    const { session, stored } = await telling({ what, unknown }, async () => {
      if (parent.ephemeral) await parent.thread.loadHistory()
      const read: StoredThread[] = []
      const thread = await server.manager.forkThread(threadId, {
        config: configParams(server, params),
        onRead: (source) => read.push(source),
      })
      const record = await withGitOf(server, thread.threadId, read[0])
      return { session: server.sessions.open(thread, connection), stored: record }
    })
    server.broadcast('thread/started', { thread: apiThread(stored, session.status) })
    return session
  })
}

/** What is reviewed is what the parent stood on, whatever its directory holds by now. */
async function withGitOf(
  server: ServerContext,
  threadId: ThreadId,
  parent: StoredThread | undefined,
): Promise<StoredThread> {
  const none = { sha: null, branch: null, originUrl: null }
  const gitInfo = parent?.gitInfo ?? none
  return server.manager.updateThreadMetadata(threadId, { gitInfo })
}
