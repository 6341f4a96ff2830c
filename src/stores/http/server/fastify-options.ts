import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyServerOptions } from 'fastify'
import { invalidRequest } from '../../../store/errors.js'
import { headers } from '../routes.js'
import { errorAnswer } from './answer.js'
import { nodeServer, type TlsFiles } from './node-server.js'
import { Refusal } from './refusal.js'
import { sendError } from './send-error.js'
import type { ServerContext } from './server-context.js'

/** How fastify is to behave. */
export function fastifyOptions(context: ServerContext, tls: TlsFiles | null): FastifyServerOptions {
  const { limits, ids } = context
  return {
    serverFactory: (onRequest) => nodeServer(limits, tls, onRequest),
    bodyLimit: limits.bodyBytesMax,
    forceCloseConnections: 'idle',
    // The gate refuses in its own way, which clients know how to wait for.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request) => requestIdIn(request.headers) ?? ids.newId(),
    frameworkErrors: ({ statusCode }, request, reply) => {
      const error = invalidRequest('malformed-params', 'the address cannot be one of a thread')
      sendError(context, request, reply, new Refusal(statusCode ?? 400, error))
    },
    clientErrorHandler: answerBroken,
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
