import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyServerOptions } from 'fastify'
import type { IdSource } from '../../../host/ids.js'
import { invalidRequest } from '../../../store/errors.js'
import { headers } from '../routes.js'
import { errorAnswer } from './answer.js'
import type { ServerLimits } from './server-limits.js'
import { sendAnswer } from './serving.js'

/** Longer than clients keep unused connections: then they close them, and no request is lost. */
const KEEP_ALIVE_MS = 75_000

/** Certificate and key in PEM. */
interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** How fastify, and Node below it, are to behave. */
export function fastifyOptions(
  limits: ServerLimits,
  ids: IdSource,
  tls: TlsFiles | null,
): FastifyServerOptions {
  const http = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    // Node looks after slow requests twice a minute otherwise.
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
  }
  return {
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.socketIdleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // The gate refuses in its own way, which clients know how to wait for.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request) => requestIdIn(request.headers) ?? ids.newId(),
    frameworkErrors: ({ statusCode }, request, reply) => {
      const error = invalidRequest('malformed-params', 'the address cannot be one of a thread')
      sendAnswer(reply, { ...errorAnswer(error, request.id), status: statusCode ?? 400 })
    },
    clientErrorHandler: answerBroken,
    ...(tls === null ? { http } : { https: { ...http, ...tls } }),
  }
}

/** What a caller, or a proxy before us, calls the request; logs and answers repeat it. */
function requestIdIn(received: IncomingHttpHeaders): string | null {
  const id = received[headers.requestId]
  return typeof id === 'string' && /^[\w.:/+=-]{1,128}$/.test(id) ? id : null
}

const statusOfBroken: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/** Answers what is not HTTP, or does not arrive in time, as far as it can be answered. */
function answerBroken({ code }: ConnectionError, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return
  const status = statusOfBroken[code] ?? '400 Bad Request'
  const { body } = errorAnswer(invalidRequest('malformed-params', status.slice(4)), 'none')
  const length = Buffer.byteLength(body ?? '')
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}`
  if (socket.writable) socket.end(`${head}\r\nconnection: close\r\n\r\n${body ?? ''}`)
  else socket.destroy()
}
