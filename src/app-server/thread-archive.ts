import type { ThreadId } from '../protocol/thread-id.js'
import { apiThread } from './api-thread.js'
import { descendantsOf } from './descendants.js'
import { noArchivedRollout, noRollout, telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { invalidRequest } from './rpc-error.js'
import type { Request, ServerContext } from './server-context.js'

/**
 * `thread/archive`: the thread and what it spawned. The response, then `thread/archived` for each:
 * the thread first, then its descendants, the last spawned first.
 */
export async function threadArchive({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const { store, sessions } = server
  const unknown = noRollout(threadId)
  const loaded = sessions.get(threadId)
  if (loaded?.fresh || loaded?.ephemeral) throw invalidRequest(unknown)
  await server.listState(async () => {
    const doing = { what: 'archive session', unknown, archived: unknown }
    const done = await telling(doing, async () => {
      // Fails before anything is touched.
      await store.readThread({ threadId })
      const descendants = await descendantsOf(store, threadId)
      await archiveOne(server, threadId)
      const active = descendants.filter(({ archived }) => !archived)
      const ids = active.map((descendant) => descendant.threadId)
      return [threadId, ...(await archiveMore(server, ids.toReversed()))]
    })
    reply({})
    for (const id of done) server.broadcast('thread/archived', { threadId: id })
  })
}

async function archiveOne({ store, sessions }: ServerContext, threadId: ThreadId): Promise<void> {
  const session = sessions.get(threadId)
  if (session !== undefined) await sessions.close(session)
  await store.archiveThread({ threadId })
}

/** Descendants are archived as far as that goes: the thread itself is archived already. */
async function archiveMore(
  server: ServerContext,
  threadIds: readonly ThreadId[],
): Promise<ThreadId[]> {
  const archived: ThreadId[] = []
  for (const threadId of threadIds) {
    try {
      await archiveOne(server, threadId)
      archived.push(threadId)
    } catch (error) {
      server.logger.warn({ threadId, error }, 'a spawned thread could not be archived')
    }
  }
  return archived
}

/** `thread/unarchive`: the response, then `thread/unarchived`. */
export async function threadUnarchive({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const unknown = noArchivedRollout(threadId)
  const doing = { what: 'unarchive session', unknown, notArchived: unknown }
  if (server.sessions.get(threadId)?.ephemeral) throw invalidRequest(unknown)
  await server.listState(async () => {
    const stored = await telling(doing, () => server.store.unarchiveThread({ threadId }))
    reply({ thread: apiThread(stored, server.sessions.statusOf(threadId)) })
    server.broadcast('thread/unarchived', { threadId })
  })
}
