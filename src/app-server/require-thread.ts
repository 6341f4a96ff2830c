import type { ThreadId } from '../protocol/thread-id.js'
import type { StoredThread } from '../store/records.js'
import { invalidRequest } from './rpc-error.js'
import type { ServerContext } from './server-context.js'
import type { ThreadSession } from './thread-session.js'

/** The session of a loaded thread. */
export function requireSession(server: ServerContext, threadId: ThreadId): ThreadSession {
  const session = server.sessions.get(threadId)
  if (session !== undefined) return session
  throw invalidRequest(`thread not found: ${threadId}`)
}

/** A stored thread that is not archived, without its history. */
export async function requireActive(
  server: ServerContext,
  threadId: ThreadId,
): Promise<StoredThread> {
  const stored = await server.store.readThread({ threadId, includeArchived: true })
  if (stored.archivedAt === null) return stored
  throw invalidRequest(
    `session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first.`,
  )
}
