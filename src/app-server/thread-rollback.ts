import { apiThread } from './api-thread.js'
import { apiTurns } from './api-turn.js'
import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import { invalidRequest, RpcError } from './rpc-error.js'
import type { Request } from './server-context.js'
import { itemsOf, withRunningTurns } from './thread-read.js'

/**
 * `thread/rollback`: nothing until the marker is stored; then the thread, record and turns of one
 * point in time, as the store has them.
 */
export async function threadRollback({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const numTurns = params['numTurns'] as number
  if (numTurns < 1) throw invalidRequest('numTurns must be >= 1')
  const session = requireSession(server, threadId)
  const doing = {
    what: 'roll back',
    turnRunning: 'Cannot rollback while a turn is in progress.',
  }
  const told = session.rolledBack()
  await telling(doing, () => session.thread.rollback(numTurns)).catch((error: unknown) => {
    // Whatever core says, a rollback that was refused is the client's to hear of as such.
    throw error instanceof RpcError ? invalidRequest(withoutPrefix(error.message)) : error
  })
  await told
  await server.listState(async () => {
    const read = { threadId, includeArchived: true, includeHistory: true }
    const { stored, running } = await telling(
      { what: 'load thread history for rollback replay' },
      () => withRunningTurns(session, () => server.store.readThread(read)),
    )
    const turns = apiTurns(itemsOf(stored), running)
    reply({ thread: apiThread(stored, session.status, turns) })
  })
}

function withoutPrefix(message: string): string {
  return message.replace(/^failed to roll back: /, '')
}
