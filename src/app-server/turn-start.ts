import { beginningTurn } from './api-turn.js'
import { telling } from './error-codes.js'
import { configParams, threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import type { Request } from './server-context.js'
import { inputParam } from './turn-input.js'

/** `turn/start`: the response, then everything that happens in the turn. */
export async function turnStart({ server, params, reply }: Request): Promise<void> {
  const session = requireSession(server, threadIdParam(params))
  const input = inputParam(params)
  const { model, cwd, reasoningEffort, approvalPolicy, sandboxPolicy } = configParams(
    server,
    params,
  )
  const settings = {
    ...(model === undefined ? {} : { model }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    ...(approvalPolicy === undefined ? {} : { approvalPolicy }),
    ...(sandboxPolicy === undefined ? {} : { sandboxPolicy }),
  }
  await session.inOrder(async () => {
    const submitted = await telling({ what: 'start turn' }, () =>
      session.thread.submit(input, settings),
    )
    session.watch(submitted)
    reply({ turn: beginningTurn(submitted.turnId) })
  })
}
