import type { StoredThread } from '../store/records.js'
import { apiThread } from './api-thread.js'
import { apiTurns, type RunningTurns } from './api-turn.js'
import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'
import type { ThreadSession } from './thread-session.js'

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
  const { stored, running } = await telling({ what: 'read thread', unknown }, () =>
    withRunningTurns(session, () => server.store.readThread(read)),
  )
  reply({ thread: apiThread(stored, status, apiTurns(itemsOf(stored), running)) })
}

/** What was read of a thread, and which of its turns ran: one may begin or end meanwhile. */
export async function withRunningTurns(
  session: ThreadSession | undefined,
  read: () => Promise<StoredThread>,
): Promise<{ readonly stored: StoredThread; readonly running: RunningTurns }> {
  const before = session?.thread.activeTurnId ?? null
  const stored = await read()
  return { stored, running: new Set([before, session?.thread.activeTurnId ?? null]) }
}

function notMaterialized(threadId: string): string {
  return `thread ${threadId} is not materialized yet; includeTurns is unavailable before first user message`
}

/** The items a thread was read with; none when it was read without. */
export function itemsOf(stored: StoredThread): NonNullable<StoredThread['history']>['items'] {
  return stored.history?.items ?? []
}
