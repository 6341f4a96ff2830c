import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import type { Request } from './server-context.js'

/** `thread/compact/start`: the response, then the turn that compacts. */
export async function threadCompactStart({ server, params, reply }: Request): Promise<void> {
  const session = requireSession(server, threadIdParam(params))
  await session.inOrder(async () => {
    session.watch(await telling({ what: 'compact' }, () => session.thread.compact()))
    reply({})
  })
}
