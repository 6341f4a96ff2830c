import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import { headers, otherRoutes, verbRoutes } from '../routes.js'
import { type Answer, errorAnswer } from './answer.js'
import { closeAfter } from './gate.js'
import { Refusal } from './refusal.js'
import { type ServerContext } from './server-context.js'
import { noteFailure, sendAnswer } from './serving.js'

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

  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    closeAfter(request, reply)
    if (error instanceof Refusal) {
      void reply.headers(error.headers)
      return sendAnswer(reply, error.answer)
    }
    const known = ThreadStoreError.is(error) ? error : errorOfFramework(error)
    if (known === null) noteFailure(context, request, error)
    else if (ThreadStoreError.is(error)) noteFailure(context, request, error)
    return sendAnswer(reply, answerOf(known ?? error, error, request))
  })
  app.setNotFoundHandler((request, reply) => sendAnswer(reply, unknownRoute(request, reply)))
}

/** A request that fastify itself cannot make sense of. */
function errorOfFramework(error: FastifyError | Error): ThreadStoreError | null {
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  if (status < 400 || status >= 500) return null
  return invalidRequest('malformed-params', error.message)
}

function answerOf(known: unknown, error: FastifyError | Error, request: FastifyRequest): Answer {
  const answer = errorAnswer(known, request.id)
  const status = 'statusCode' in error && known !== error ? error.statusCode : undefined
  return status === undefined ? answer : { ...answer, status }
}

function unknownRoute({ method, url, id }: FastifyRequest, reply: FastifyReply): Answer {
  const [path = ''] = url.split('?')
  const allowed = methodsOf(path)
  if (allowed.length === 0) {
    return {
      ...errorAnswer(invalidRequest('malformed-params', 'there is nothing here'), id),
      status: 404,
    }
  }
  void reply.header('allow', allowed.join(', '))
  const error = invalidRequest('malformed-params', `${method} means nothing here`)
  return { ...errorAnswer(error, id), status: 405 }
}

const patterns = [...Object.values(verbRoutes), ...Object.values(otherRoutes)].map((route) => ({
  method: route.method,
  pattern: new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`),
}))

function methodsOf(path: string): string[] {
  const matching = patterns.filter(({ pattern }) => pattern.test(path))
  return [...new Set(matching.map(({ method }) => method))]
}
