import { type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import { telling } from './error-codes.js'
import { threadIdParam } from './request-params.js'
import { requireSession } from './require-thread.js'
import { invalidRequest } from './rpc-error.js'
import type { Request } from './server-context.js'

/** `thread/inject_items`: adds to what the model is shown, without a turn. */
export async function threadInjectItems({ server, params, reply }: Request): Promise<void> {
  const session = requireSession(server, threadIdParam(params))
  const items = params['items'] as JsonValue[] as JsonObject[]
  const wrong = items.findIndex((item) => textAt(item, 'type') === null)
  if (wrong >= 0) {
    throw invalidRequest(`items[${wrong}] is not a valid response item: missing field \`type\``)
  }
  await telling({ what: 'inject items' }, () => session.thread.injectResponseItems(items))
  session.materialized()
  reply({})
}
