import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest, ThreadStoreError } from '../../../store/errors.js'
import { HttpStatus } from '../http-status.js'
import { headers, type Scope } from '../routes.js'
import { anybody, type Grant, type Principal, principalWith } from './principal.js'
import { Refusal } from './refusal.js'
import { headerOf, type ServerContext } from './server-context.js'
import { unknownAddresses } from './unknown-address.js'

/** What a route asks of its callers, kept in its fastify config. */
export interface RouteRules {
  /** `null`: open to everybody, also without a token. */
  readonly scope: Scope | null
  /** What its body has to be; `null` for none. */
  readonly mediaType: string | null
  /** A page for people, whose browsers send a token as the password of basic authentication. */
  readonly page?: boolean
}

/**
 * Lets requests in: not too many, none too large, each from somebody who may make it. Everything is
 * decided from the headers, before the body is read.
 */
export function installGate(app: FastifyInstance, context: ServerContext): void {
  const { limits, metrics } = context
  const unknownAddress = unknownAddresses(app)
  let requests = 0
  let bufferedBytes = 0

  app.addHook('onRequest', async (request, reply) => {
    requests += 1
    reply.raw.once('close', () => {
      requests -= 1
    })
    requireOneHost(request)
    const rules = rulesOf(request)
    if (rules === undefined) throw unknownAddress(request)
    if (rules.scope === null) return
    if (context.isDraining()) throw unavailable(context, 'shutting-down')
    if (requests > limits.requestsMax) throw unavailable(context, 'too-many-requests')
    requireBody(request, limits.bodyBytesMax, rules)
    const principal = await authenticate(context, request, rules)
    context.principals.set(request, principal)
    requireInstance(context, request)
    if (!principal.scopes.includes(rules.scope)) {
      metrics.refused('forbidden')
      throw forbidden(`this needs the scope ${rules.scope}, which the token does not have`)
    }
    // Nobody takes up room for a body who may not send it.
    takeRoom(bodyLength(request), reply)
    metrics.received(bodyLength(request))
    if (waitsToGoOn(request.raw)) reply.raw.writeContinue()
  })

  function takeRoom(bytes: number, { raw }: FastifyReply): void {
    if (bufferedBytes + bytes > limits.bufferedBytesMax)
      throw unavailable(context, 'too-many-bytes')
    // One whose caller has left already will not be closed again.
    if (raw.destroyed) return
    bufferedBytes += bytes
    raw.once('close', () => {
      bufferedBytes -= bytes
    })
  }
}

/** Whether the caller keeps its body back until it is told to send it, which HTTP/1.0 did not know. */
function waitsToGoOn({ headers: sent, httpVersionMinor }: IncomingMessage): boolean {
  return sent.expect !== undefined && httpVersionMinor > 0
}

/** `undefined` for a request that no route answers. */
function rulesOf(request: FastifyRequest): RouteRules | undefined {
  return (request.routeOptions.config as { readonly rules?: RouteRules }).rules
}

/** Two names for one server mean different ones to whoever stands between it and the caller. */
function requireOneHost({ raw }: FastifyRequest): void {
  const names = raw.rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host')
  if (names.length > 1) throw badRequest(400, 'the request names more than one host')
}

/** What the body is going to take; a body that does not say so is refused. */
function bodyLength(request: FastifyRequest): number {
  const length = Number(headerOf(request, 'content-length') ?? 0)
  return Number.isSafeInteger(length) ? length : 0
}

function requireBody(request: FastifyRequest, bodyBytesMax: number, rules: RouteRules): void {
  const encoding = headerOf(request, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    throw badRequest(415, 'compressed bodies are not accepted')
  }
  if (request.headers['transfer-encoding'] !== undefined) {
    throw badRequest(411, 'the body needs a content-length')
  }
  const length = bodyLength(request)
  if (length > bodyBytesMax) throw tooLarge(bodyBytesMax)
  const type = headerOf(request, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (length > 0 && type !== rules.mediaType) {
    const wanted = rules.mediaType === null ? 'no body' : `a body of type ${rules.mediaType}`
    throw badRequest(415, `this takes ${wanted}`)
  }
}

/** A change that was sent to an instance that is gone may have been made by it. */
function requireInstance({ instance }: ServerContext, request: FastifyRequest): void {
  const wanted = headerOf(request, headers.instance)
  if (wanted === undefined || wanted === instance) return
  const why = 'the server was restarted while the request was under way; read before repeating it'
  const error = new ThreadStoreError('OUTCOME_UNKNOWN', why, { reason: 'connection-lost' })
  throw new Refusal(HttpStatus.otherInstance, error)
}

async function authenticate(
  context: ServerContext,
  request: FastifyRequest,
  { page = false }: RouteRules,
): Promise<Principal> {
  const { token, namespace } = credentialsOf(request, page)
  return principalWith(await grantOf(context, request, token, page), namespace)
}

async function grantOf(
  { tokens, metrics }: ServerContext,
  request: FastifyRequest,
  token: string | null,
  page: boolean,
): Promise<Grant> {
  if (tokens === null) {
    requireLocal(request)
    return anybody
  }
  const grant = token === null ? null : await tokens.find(token)
  if (grant !== null) return grant
  metrics.refused('unauthorized')
  const scheme = page ? 'Basic realm="threadstore", charset="UTF-8"' : 'Bearer'
  const why = token === null ? 'a token is needed' : 'the token is not known'
  throw new Refusal(401, invalidRequest('unauthorized', why), { 'www-authenticate': scheme })
}

interface Credentials {
  readonly token: string | null
  readonly namespace: string | undefined
}

/** On pages, the user is the namespace and the password the token. */
function credentialsOf(request: FastifyRequest, page: boolean): Credentials {
  const authorization = headerOf(request, 'authorization') ?? ''
  const namespace = headerOf(request, headers.namespace)
  const bearer = /^bearer +(\S+) *$/i.exec(authorization)?.[1]
  if (bearer !== undefined) return { token: bearer, namespace }
  const basic = page ? /^basic +(\S+) *$/i.exec(authorization)?.[1] : undefined
  if (basic === undefined) return { token: null, namespace }
  const [user = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':')
  return { token: password.join(':'), namespace: user === '' ? undefined : user }
}

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/**
 * Without tokens, being on this machine is what lets a caller in. A page of another site, open in a
 * browser on this machine, is not: its requests name that site as host or as origin.
 */
function requireLocal(request: FastifyRequest): void {
  const host = headerOf(request, 'host') ?? ''
  const origin = headerOf(request, 'origin')
  if (!loopbackHost.test(host)) throw forbidden('without tokens only local names are served')
  if (origin !== undefined && origin !== `${request.protocol}://${host}`) {
    throw forbidden('without tokens no other origin is served')
  }
}

function forbidden(why: string): Refusal {
  return new Refusal(403, invalidRequest('forbidden', why))
}

function unavailable({ metrics }: ServerContext, reason: string): Refusal {
  metrics.refused(reason)
  const why = `the server takes nothing on: ${reason}`
  const error = new ThreadStoreError('RETRYABLE', why, { reason: 'unavailable' })
  return new Refusal(HttpStatus.unavailable, error, { 'retry-after': '1' })
}

function badRequest(status: number, why: string): Refusal {
  return new Refusal(status, invalidRequest('malformed-params', why))
}

function tooLarge(bodyBytesMax: number): Refusal {
  const why = `the body is larger than ${bodyBytesMax} bytes`
  return new Refusal(
    413,
    new ThreadStoreError('RESOURCE_EXHAUSTED', why, { reason: 'item-too-large' }),
  )
}
