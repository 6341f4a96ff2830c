import type { StoredThread } from '../store/records.js'
import { apiThread } from './api-thread.js'
import { apiTurns } from './api-turn.js'
import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'

/** `thread/read`: a thread, and with `includeTurns` its turns, of one point in time. */
export async function threadRead({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const session = server.sessions.get(threadId)
  const status = server.sessions.statusOf(threadId)
  const includeTurns = params['includeTurns'] === true
  if (session?.ephemeral) {
    if (includeTurns) throw invalidRequest('ephemeral threads do not support includeTurns')
    reply({ thread: apiThread(session.ephemeral.record, status, [], true) })
    return
  }
  if (session?.fresh && includeTurns) throw invalidRequest(notMaterialized(threadId))
  const read = { threadId, includeArchived: true, includeHistory: includeTurns }
  const unknown = `thread not loaded: ${threadId}`
  const stored = await telling({ what: 'read thread', unknown }, () =>
    server.store.readThread(read),
  )
  const turns = apiTurns(itemsOf(stored), session?.thread.activeTurnId ?? null)
  reply({ thread: apiThread(stored, status, turns) })
}

function notMaterialized(threadId: string): string {
  return `thread ${threadId} is not materialized yet; includeTurns is unavailable before first user message`
}

/** The items a thread was read with; none when it was read without. */
export function itemsOf(stored: StoredThread): NonNullable<StoredThread['history']>['items'] {
  return stored.history?.items ?? []
}
