import type { FastifyInstance, FastifyReply } from 'fastify'
import { type StoreVerb, storeVerbs } from '../../../store/thread-store.js'
import {
  mediaTypes,
  type OtherRoute,
  otherRoutes,
  type Route,
  type VerbRoute,
  verbRoutes,
} from '../routes.js'
import { jsonAnswer } from './answer.js'
import type { RouteRules } from './gate.js'
import { serveAppend, serveChange, serveOpen } from './serve-changes.js'
import { serveCloseHandle, serveOpenHandle, serveRenewHandle } from './serve-handles.js'
import { installHealth } from './install-health.js'
import { serveAbandonImport, serveImport, serveImportPart } from './serve-imports.js'
import { serveRead } from './serve-reads.js'
import { serveRolloutBytes } from './serve-rollout-bytes.js'
import { installPages } from './pages/install-pages.js'
import type { ServerContext } from './server-context.js'
import { PART_BYTES_MAX } from './server-limits.js'
import { type Call, callOf, sendAnswer } from './serving.js'

/** Every route of the tables, and those for machines that watch. */
export function installRoutes(app: FastifyInstance, context: ServerContext): void {
  // Bodies stay bytes: each route knows what its own mean.
  app.removeAllContentTypeParsers()
  for (const type of Object.values(mediaTypes)) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
  }
  for (const verb of storeVerbs) {
    const route = verbRoutes[verb]
    add(app, context, route, bodyOf(route), (call) => serveVerb(call, verb, route))
  }
  for (const name of Object.keys(otherRoutes) as OtherRoute[]) {
    const body = name === 'importPart' ? mediaTypes.bytes : null
    add(app, context, otherRoutes[name], body, served[name])
  }
  installHealth(app, context)
  installPages(app, context)
}

type Serve = (call: Call) => Promise<FastifyReply>

function add(
  app: FastifyInstance,
  context: ServerContext,
  { method, path, scope }: Route,
  mediaType: string | null,
  serve: Serve,
): void {
  const rules: RouteRules = { scope, mediaType }
  app.route({
    method,
    url: path,
    config: { rules },
    handler: (request, reply) => serve(callOf(context, request, reply)),
  })
}

function bodyOf({ params }: VerbRoute): string | null {
  switch (params) {
    case 'query':
      return null
    case 'json':
      return mediaTypes.json
    case 'lines':
      return mediaTypes.lines
    case 'parts':
      return mediaTypes.bytes
  }
}

function serveVerb(call: Call, verb: StoreVerb, route: VerbRoute): Promise<FastifyReply> {
  if (verb === 'importThread') return serveImport(call)
  if (verb === 'appendItems') return serveAppend(call, route)
  switch (route.effect) {
    case 'read':
      return serveRead(call, verb, route)
    case 'open':
      return serveOpen(call, verb, route)
    case 'live':
    case 'change':
      return serveChange(call, verb, route)
  }
}

const served: Readonly<Record<OtherRoute, Serve>> = {
  service: serveService,
  openHandle: serveOpenHandle,
  renewHandle: serveRenewHandle,
  closeHandle: serveCloseHandle,
  rolloutBytes: serveRolloutBytes,
  importPart: serveImportPart,
  abandonImport: serveAbandonImport,
}

async function serveService({ context, principal, reply }: Call): Promise<FastifyReply> {
  const { supports } = await context.stores.of(principal.namespace)
  const limits = { bodyBytesMax: context.limits.bodyBytesMax, partBytesMax: PART_BYTES_MAX }
  const { instance } = context
  return sendAnswer(reply, jsonAnswer({ protocol: 1, instance, supports, limits }))
}
