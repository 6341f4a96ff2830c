import { textAt } from '../protocol/json.js'
import { threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'

/** `turn/interrupt`: answered when the turn has ended, before `turn/completed`. */
export async function turnInterrupt({ server, params, reply }: Request): Promise<void> {
  const session = requireSession(server, threadIdParam(params))
  const turnId = textAt(params, 'turnId') ?? ''
  const active = session.thread.activeTurnId
  if (active === null) throw invalidRequest('no active turn to interrupt')
  if (active !== turnId) {
    throw invalidRequest(`expected active turn id ${turnId} but found ${active}`)
  }
  const answered = new Promise<void>((resolve) => {
    session.onTurnEnd(active, () => {
      reply({})
      resolve()
    })
  })
  await session.thread.interrupt()
  await answered
}
