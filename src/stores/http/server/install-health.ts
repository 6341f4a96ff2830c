import type { FastifyInstance } from 'fastify'
import type { RouteRules } from './gate.js'
import type { ServerContext } from './server-context.js'

const open: RouteOptions = {
  exposeHeadRoute: true,
  config: { rules: { scope: null, mediaType: null } },
}
const guarded: RouteOptions = {
  exposeHeadRoute: true,
  config: { rules: { scope: 'read', mediaType: null } },
}

interface RouteOptions {
  readonly exposeHeadRoute: true
  readonly config: { readonly rules: RouteRules }
}

/** How long a store may take to show that it is there. */
const READY_WITHIN_MS = 5_000
/** Anybody may ask, so the store is not asked every time. */
const ASKED_EVERY_MS = 1_000

/**
 * What machines ask before they ask for threads: `/healthz`, does the process run; `/readyz`, does
 * the store answer; `/metrics`, for Prometheus; `/openapi.json`, what can be asked.
 */
export function installHealth(app: FastifyInstance, context: ServerContext): void {
  let asked: { readonly atMs: number; readonly problem: Promise<string | null> } | null = null
  function problemOfStore(): Promise<string | null> {
    const atMs = context.clock.now()
    if (asked === null || atMs - asked.atMs >= ASKED_EVERY_MS) {
      asked = { atMs, problem: storeProblem(context) }
    }
    return asked.problem
  }

  app.get('/healthz', open, (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', open, async (_request, reply) => {
    const problem = context.isDraining() ? 'shutting down' : await problemOfStore()
    if (problem === null) return reply.type('text/plain').send('ready\n')
    return reply.code(503).type('text/plain').send(`${problem}\n`)
  })
  app.get('/openapi.json', open, (_request, reply) =>
    reply.type('application/json').send(context.openApi),
  )
  app.get('/metrics', guarded, async (_request, reply) =>
    reply.type(context.metrics.contentType).send(await context.metrics.print()),
  )
}

async function storeProblem({ stores, clock, logger }: ServerContext): Promise<string | null> {
  const stop = new AbortController()
  const late = clock.sleep(READY_WITHIN_MS, stop.signal).then(() => 'the store does not answer')
  late.catch(() => {})
  try {
    return await Promise.race([late, probe(stores, stop.signal)])
  } catch (err) {
    logger.warn({ err }, 'the store is not ready')
    return 'the store cannot be read'
  } finally {
    stop.abort()
  }
}

async function probe(stores: ServerContext['stores'], signal: AbortSignal): Promise<null> {
  const store = await stores.of('default')
  await store.listThreads({ pageSize: 1, signal })
  return null
}
