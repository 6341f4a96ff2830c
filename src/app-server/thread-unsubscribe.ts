import { threadIdParam } from './request-params.js'
import type { Request } from './server-context.js'

/** `thread/unsubscribe`: what happens in the thread is not told to this client any more. */
export async function threadUnsubscribe(request: Request): Promise<void> {
  const { server, connection, params, reply } = request
  const session = server.sessions.get(threadIdParam(params))
  if (session === undefined) return reply({ status: 'notLoaded' })
  const followed = server.sessions.unsubscribe(session, connection)
  return reply({ status: followed ? 'unsubscribed' : 'notSubscribed' })
}
