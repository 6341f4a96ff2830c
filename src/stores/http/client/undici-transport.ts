import { Pool } from 'undici'
import {
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  TransportError,
} from './http-transport.js'

/** Which server, and how it proves who it is. */
interface UndiciTransportOptions {
  readonly origin: string
  /** Certificates in PEM that are trusted instead of the system’s. */
  readonly ca?: string
  /** Connections at once. @defaultValue 32 */
  readonly connectionsMax?: number
}

const CONNECT_TIMEOUT_MS = 10_000
/** Shorter than servers keep unused connections, so that none is closed while it is taken. */
const KEEP_ALIVE_MS = 30_000

/** Connections that are kept and used again. */
export function createUndiciTransport(options: UndiciTransportOptions): HttpTransport {
  const { origin, ca, connectionsMax = 32 } = options
  const pool = new Pool(origin, {
    connections: connectionsMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca !== undefined && { ca }) },
  })
  return {
    send: (request) => send(pool, request),
    close: () => pool.close(),
  }
}

async function send(pool: Pool, request: HttpRequest): Promise<HttpResponse> {
  const { method, path, headers, body, signal, timeoutMs } = request
  try {
    const response = await pool.request({
      method,
      path,
      headers: { ...headers },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    })
    return {
      status: response.statusCode,
      header: (name) => {
        const value = response.headers[name]
        return Array.isArray(value) ? value[0] : value
      },
      body: bodyOf(response.body),
    }
  } catch (reason) {
    throw transportError(reason)
  }
}

async function* bodyOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (reason) {
    throw transportError(reason)
  }
}

/** Failures to connect: nothing of the request can have reached anybody. */
const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
])

function transportError(reason: unknown): TransportError {
  if (reason instanceof TransportError) return reason
  const code = codeOf(reason)
  const text = textOf(reason)
  const facts = { sent: !beforeSending.has(code), timedOut: code.includes('TIMEOUT') }
  return new TransportError(text, facts, { cause: reason })
}

function codeOf(reason: unknown): string {
  const code = (reason as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function textOf(reason: unknown): string {
  // Every address of a host refused: undici reports them all, and the first one says enough.
  if (reason instanceof AggregateError && reason.message === '') return textOf(reason.errors[0])
  return reason instanceof Error ? reason.message : String(reason)
}
