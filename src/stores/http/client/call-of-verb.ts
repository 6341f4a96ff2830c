import { printJson } from '../../../protocol/print-json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { StoreVerb } from '../../../store/thread-store.js'
import { mediaTypes, pathOf, verbRoutes } from '../routes.js'

/** A verb’s params on their way out. */
interface EncodedCall {
  readonly method: string
  readonly path: string
  readonly body?: Uint8Array
  readonly mediaType?: string
}

/** Puts the params of a verb where its route wants them. */
export function encodeCall(verb: StoreVerb, params: object): EncodedCall {
  const route = verbRoutes[verb]
  const { signal: _signal, ...fields } = params as Readonly<Record<string, unknown>>
  const { method } = route
  const path = pathOf(route.path, { threadId: String(fields['threadId']) })
  const rest = Object.entries(fields).filter(
    ([name, value]) => value !== undefined && !route.path.includes(`:${name}`),
  )
  switch (route.params) {
    case 'query': {
      const query = new URLSearchParams()
      for (const [name, value] of rest) query.set(name, String(value))
      return { method, path: query.size === 0 ? path : `${path}?${query.toString()}` }
    }
    case 'json': {
      const body = Buffer.from(printJson(Object.fromEntries(rest)))
      return { method, path, body, mediaType: mediaTypes.json }
    }
    case 'lines': {
      const body = linesOf(fields['items'] as readonly RolloutItem[])
      return { method, path, body, mediaType: mediaTypes.lines }
    }
    case 'parts':
      throw new TypeError('an import is sent in parts')
  }
}

function linesOf(items: readonly RolloutItem[]): Buffer {
  return Buffer.from(items.map((item) => `${printJson(item)}\n`).join(''))
}
