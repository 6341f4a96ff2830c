import { textAt } from '../protocol/json.js'
import { noRollout, telling } from './error-codes.js'
import { threadIdParam, trimmedParam } from './request-params.js'
import type { Request } from './server-context.js'

/** `thread/name/set`: the response, then every client is told. */
export async function threadNameSet({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const name = trimmedParam(textAt(params, 'name') ?? '', 'thread name')
  const doing = {
    what: 'set thread name',
    unknown: `thread not found: ${threadId}`,
    archived: noRollout(threadId),
  }
  await server.listState(async () => {
    await telling(doing, () => server.manager.updateThreadMetadata(threadId, { name }))
    reply({})
    server.broadcast('thread/name/updated', { threadId, threadName: name })
  })
}
