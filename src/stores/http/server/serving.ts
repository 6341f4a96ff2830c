import type { FastifyReply, FastifyRequest } from 'fastify'
import { conflict, ThreadStoreError } from '../../../store/errors.js'
import type { ThreadStore } from '../../../store/thread-store.js'
import { HttpStatus } from '../http-status.js'
import { headers, mediaTypes } from '../routes.js'
import { type Answer, errorAnswer } from './answer.js'
import type { Principal } from './principal.js'
import { Refusal } from './refusal.js'
import { headerOf, principalOf, type ServerContext } from './server-context.js'
import type { ServedHandle } from './served-handle.js'

/** A request that was let in. */
export interface Call {
  readonly context: ServerContext
  readonly principal: Principal
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export function callOf(context: ServerContext, request: FastifyRequest, reply: FastifyReply): Call {
  return { context, request, reply, principal: principalOf(context, request) }
}

/** Works on the handle a request names, or on the shared one of its namespace. */
export async function withStore<T>(
  call: Call,
  work: (store: ThreadStore, handle: ServedHandle | null) => Promise<T>,
): Promise<T> {
  const { context, principal, request } = call
  const id = headerOf(request, headers.handle)
  if (id === undefined) return work(await context.stores.of(principal.namespace), null)
  if (!isOwn(context.handles.get(id), principal)) throw handleLost()
  const used = await context.handles.use(id, async (handle) => ({
    result: await work(handle.store, handle),
  }))
  if (used === undefined) throw handleLost()
  return used.result
}

/** Whether something belongs to who asks for it. Ids are secrets, but this does not rely on it. */
export function isOwn(
  thing: { readonly principal: Principal } | undefined,
  { tokenId, namespace }: Principal,
): boolean {
  return thing?.principal.tokenId === tokenId && thing.principal.namespace === namespace
}

export function handleLost(): Refusal {
  const why = 'the handle is not open: it was not used for too long, or the server was restarted'
  return new Refusal(HttpStatus.handleLost, conflict('writer-lost', why))
}

/** Makes a change once for each key. */
export async function once(call: Call, make: () => Promise<Answer>): Promise<Answer> {
  const { context, principal, request } = call
  const key = headerOf(request, headers.key)
  if (key === undefined) return answering(call, make)
  const { tokenId, namespace } = principal
  const name = JSON.stringify([tokenId, namespace, request.method, request.url, key])
  return context.answers.once(name, () => answering(call, make))
}

/** What something answers, or the error it ends with, as an answer. Never rejects. */
export async function answering(
  { context, request }: Call,
  make: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await make()
  } catch (reason) {
    if (reason instanceof Refusal) return reason.answer
    noteFailure(context, request, reason)
    return errorAnswer(reason, request.id)
  }
}

/** Logs what the answer to a caller leaves out. */
export function noteFailure(
  { logger }: ServerContext,
  request: FastifyRequest,
  reason: unknown,
): void {
  const error = ThreadStoreError.from(reason, 'the request')
  const fields = { requestId: request.id, code: error.code, reason: error.details.reason }
  if (error.code === 'INTERNAL') logger.error({ ...fields, err: error }, error.message)
  else if (error.details.reason === 'unavailable') logger.warn({ ...fields }, error.message)
}

export function sendAnswer(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  void reply.code(status)
  // As bytes, for a text would be encoded twice: once to be measured and once to be sent.
  return body === null ? reply.send() : reply.type(mediaTypes.json).send(Buffer.from(body))
}

/** Aborted when the caller goes away before it was answered. */
export function disconnection({ reply }: Call): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}
