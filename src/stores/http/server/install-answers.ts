import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { headers } from '../routes.js'
import { sendError } from './send-error.js'
import type { ServerContext } from './server-context.js'

/** What is true of every answer: who gave it, that it was counted, how errors look. */
export function installAnswers(app: FastifyInstance, context: ServerContext): void {
  const { instance, metrics, logger, clock } = context
  const startedMs = new WeakMap<FastifyRequest, number>()

  app.addHook('onRequest', async (request, reply) => {
    metrics.started()
    startedMs.set(request, clock.now())
    // A connection that breaks has no response, but it was a request all the same.
    reply.raw.once('close', () => finish(request, reply))
    void reply.headers({
      [headers.instance]: instance,
      [headers.requestId]: request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
  })

  function finish(request: FastifyRequest, reply: FastifyReply): void {
    const ms = clock.now() - (startedMs.get(request) ?? clock.now())
    const { method } = request
    const route = request.routeOptions.url ?? 'unknown'
    const status = reply.raw.statusCode
    metrics.finished({ route, method, status, seconds: ms / 1000 })
    const { tokenId, namespace } = context.principals.get(request) ?? {}
    const aborted = !reply.raw.writableFinished
    logger.info(
      { requestId: request.id, method, route, status, ms, tokenId, namespace, aborted },
      'answered',
    )
  }

  app.setErrorHandler((error: Error, request, reply) => sendError(context, request, reply, error))
}
