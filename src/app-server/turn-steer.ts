import { textAt } from '../protocol/json.js'
import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import type { Request } from './server-context.js'
import { inputParam } from './turn-input.js'

/** `turn/steer`: adds to what the running turn was told. */
export async function turnSteer({ server, params, reply }: Request): Promise<void> {
  const session = requireSession(server, threadIdParam(params))
  const expected = textAt(params, 'expectedTurnId') ?? ''
  const input = inputParam(params)
  await session.inOrder(async () => {
    const turnId = await telling({ what: 'steer turn' }, () =>
      session.thread.steer(input, expected),
    )
    reply({ turnId })
  })
}
