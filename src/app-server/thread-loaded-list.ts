import { textAt } from '../protocol/json.js'
import { isThreadId } from '../protocol/thread-id.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'

/** `thread/loaded/list`: ids of loaded threads, in order; a cursor is the last id of a page. */
export async function threadLoadedList({ server, params, reply }: Request): Promise<void> {
  const after = textAt(params, 'cursor')
  const known = after === null || isThreadId(after)
  if (!known) throw invalidRequest(`invalid cursor: ${String(after)}`)
  const ids = server.sessions.ids().filter((id) => after === null || id > after)
  const { limit } = params
  const data = typeof limit === 'number' ? ids.slice(0, Math.max(limit, 1)) : ids
  reply({ data, nextCursor: data.length < ids.length ? (data.at(-1) ?? null) : null })
}
