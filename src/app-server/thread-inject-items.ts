import type { JsonObject, JsonValue } from '../protocol/json.js'
import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import type { Request } from './server-context.js'

/** `thread/inject_items`: adds to what the model is shown, without a turn. */
export async function threadInjectItems({ server, params, reply }: Request): Promise<void> {
  const session = requireSession(server, threadIdParam(params))
  const items = params['items'] as JsonValue[] as JsonObject[]
  await telling({ what: 'inject items' }, () => session.thread.injectResponseItems(items))
  session.materialized()
  reply({})
}
