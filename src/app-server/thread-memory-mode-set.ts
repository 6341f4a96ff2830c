import { noRollout, telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import type { Request } from './server-context.js'

/** `thread/memoryMode/set`: whether the thread may be remembered. */
export async function threadMemoryModeSet({ server, params, reply }: Request): Promise<void> {
  const threadId = threadIdParam(params)
  const memoryMode = params['mode'] === 'disabled' ? 'disabled' : 'enabled'
  const doing = {
    what: 'set thread memory mode',
    unknown: `thread not found: ${threadId}`,
    archived: noRollout(threadId),
  }
  await server.listState(async () => {
    await telling(doing, () => server.manager.updateThreadMetadata(threadId, { memoryMode }))
    reply({})
  })
}
