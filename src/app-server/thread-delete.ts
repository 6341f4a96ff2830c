import type { ThreadId } from '../protocol/thread-id.js'
import { ThreadStoreError } from '../store/errors.js'
import { descendantsOf } from './descendants.js'
import { noRollout, telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { invalidRequest, notSupported } from './rpc-error.js'
import type { Request, ServerContext } from './server-context.js'

/**
 * `thread/delete`: the thread and what it spawned, archived or not. The response, then
 * `thread/deleted` for each: descendants, the last spawned first, then the thread.
 */
export async function threadDelete({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const { store, sessions } = server
  if (!store.supports.delete) throw notSupported('delete_thread')
  if (sessions.get(threadId)?.ephemeral) {
    throw invalidRequest(`thread is not persisted and cannot be deleted: ${threadId}`)
  }
  const doing = { what: 'delete thread', unknown: noRollout(threadId) }
  await server.listState(async () => {
    const deleted = await telling(doing, async () => {
      await store.readThread({ threadId, includeArchived: true })
      const descendants = await descendantsOf(store, threadId)
      const all = [...descendants.map((each) => each.threadId).toReversed(), threadId]
      for (const id of all) await deleteOne(server, id)
      return all
    })
    reply({})
    for (const id of deleted) server.broadcast('thread/deleted', { threadId: id })
  })
}

async function deleteOne({ store, sessions }: ServerContext, threadId: ThreadId): Promise<void> {
  const session = sessions.get(threadId)
  if (session !== undefined) await sessions.close(session)
  try {
    await store.deleteThread({ threadId })
  } catch (reason) {
    // A store that writes nothing before something is said has nothing to delete either.
    if (session?.fresh && ThreadStoreError.is(reason, 'THREAD_NOT_FOUND')) return
    if (!ThreadStoreError.is(reason) || reason.details.reason !== 'referenced') throw reason
    throw invalidRequest(`cannot delete thread ${threadId}: forked history still references it`)
  }
}
