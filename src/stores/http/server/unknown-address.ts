import type { FastifyInstance, FastifyRequest } from 'fastify'
import { invalidRequest } from '../../../store/errors.js'
import { Refusal } from './refusal.js'

/** What a request is refused with that no route answers; told of the routes that are added from now on. */
export function unknownAddresses(app: FastifyInstance): (request: FastifyRequest) => Refusal {
  const routes: { readonly methods: readonly string[]; readonly pattern: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const pattern = url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')
    routes.push({ methods: [method].flat(), pattern: new RegExp(`^${pattern}$`) })
  })
  return ({ method, url }) => {
    const [path = ''] = url.split('?')
    const allowed = routes.flatMap(({ methods, pattern }) => (pattern.test(path) ? methods : []))
    if (allowed.length === 0) {
      const why = 'there is nothing at this address; /openapi.json says what there is'
      return new Refusal(404, invalidRequest('malformed-params', why))
    }
    const error = invalidRequest('malformed-params', `${method} means nothing at this address`)
    return new Refusal(405, error, { allow: [...new Set(allowed)].join(', ') })
  }
}
