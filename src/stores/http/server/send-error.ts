import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import { statusOf } from '../http-status.js'
import { errorAnswer } from './answer.js'
import { sendPage } from './pages/layout.js'
import { errorPage } from './pages/error-page.js'
import { Refusal } from './refusal.js'
import type { ServerContext } from './server-context.js'
import { noteFailure, sendAnswer } from './serving.js'

/** Answers a request that failed: as JSON, or as a page to who wants one. */
export function sendError(
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: Error,
): FastifyReply {
  // The body of a refused request may still be on its way.
  if (!request.raw.complete) void reply.header('connection', 'close')
  const refusal = refusalOf(reason)
  if (refusal === null) noteFailure(context, request, reason)
  else void reply.headers(refusal.headers)
  const error = refusal?.error ?? ThreadStoreError.from(reason, 'the request')
  if (!isForPeople(request)) {
    return sendAnswer(reply, refusal?.answer ?? errorAnswer(error, request.id))
  }
  const status = refusal?.status ?? statusOf(error)
  // That there is nothing is said by the title.
  const why = refusal === null || status === 404 ? null : error.message
  return sendPage(reply, status, errorPage({ status, error, why, requestId: request.id }))
}

/** A request that the server, or fastify below it, does not pass on to the store. */
function refusalOf(reason: Error): Refusal | null {
  if (reason instanceof Refusal) return reason
  if (ThreadStoreError.is(reason) || !('statusCode' in reason)) return null
  const status = Number(reason.statusCode)
  return status >= 400 && status < 500
    ? new Refusal(status, invalidRequest('malformed-params', reason.message))
    : null
}

/** Browsers ask for HTML, wherever they are sent; programs do not. */
function isForPeople({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '')
}
