import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { ServerLimits } from './server-limits.js'

/** Longer than clients keep unused connections: then they close them, and no request is lost. */
const KEEP_ALIVE_MS = 75_000

/** Certificate and key in PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** The server below fastify. */
export function nodeServer(
  limits: ServerLimits,
  tls: TlsFiles | null,
  onRequest: RequestListener,
): Server {
  const options = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node looks after slow requests twice a minute otherwise.
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
  }
  const server =
    tls === null
      ? createServer(options, onRequest)
      : createSecureServer({ ...options, ...tls }, onRequest)
  server.setTimeout(limits.socketIdleMs)
  // Who asks before it sends a body gets its answer from the gate; Node would say yes to everybody.
  server.on('checkContinue', onRequest)
  return server
}
