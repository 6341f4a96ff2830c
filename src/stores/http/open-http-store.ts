import { type Clock, systemClock } from '../../host/clock.js'
import { type IdSource, systemIds } from '../../host/ids.js'
import { checked } from '../../store/checked.js'
import { invalidRequest } from '../../store/errors.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { HttpConnection } from './client/http-connection.js'
import type { HttpTransport } from './client/http-transport.js'
import { readForm } from './client/read-result.js'
import { createUndiciTransport } from './client/undici-transport.js'
import { HttpThreadStore } from './http-thread-store.js'
import { otherRoutes } from './routes.js'

export {
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  TransportError,
} from './client/http-transport.js'

/** Which server, and how patiently it is asked. */
export interface HttpStoreOptions {
  /** `http(s)://host:port`, with a path before `/v1` where a proxy adds one. */
  readonly url: string
  /** What the server knows us by. @defaultValue none, which only a server on this machine accepts */
  readonly token?: string
  /** Whose threads, where the token is good for several. @defaultValue the token’s, or `default` */
  readonly namespace?: string
  /** Certificates in PEM that are trusted instead of the system’s. */
  readonly ca?: string
  /** How long an answer may take to begin or go on. @defaultValue 60 000 */
  readonly timeoutMs?: number
  /** How long a call is repeated while the server cannot be reached. @defaultValue 15 000 */
  readonly retryForMs?: number
  /** The first wait between two attempts; it doubles. @defaultValue 100 */
  readonly retryDelayMs?: number
  /** Connections at once. @defaultValue 32 */
  readonly connectionsMax?: number
  /** Carries requests instead of a pool of connections. */
  readonly transport?: HttpTransport
  readonly clock?: Clock
  readonly ids?: IdSource
}

/** Opens a handle on the threads behind an HTTP server. */
export async function openHttpStore(options: HttpStoreOptions): Promise<ThreadStore> {
  const { clock = systemClock, ids = systemIds } = options
  const url = parseUrl(options.url)
  const connection = new HttpConnection({
    transport: options.transport ?? transportTo(url, options),
    server: url.origin,
    prefix: url.pathname.replace(/\/+$/, ''),
    token: options.token ?? null,
    namespace: options.namespace ?? null,
    clock,
    timeoutMs: options.timeoutMs ?? 60_000,
    retryForMs: options.retryForMs ?? 15_000,
    retryDelayMs: options.retryDelayMs ?? 100,
  })
  try {
    const service = await connection.call({
      ...otherRoutes.service,
      what: 'opening the store',
      repeat: 'freely',
      read: (response) => readForm('service', 'opening the store', response),
    })
    return checked(new HttpThreadStore({ connection, service, clock, ids }))
  } catch (reason) {
    await connection.close()
    throw reason
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalidRequest(
      'malformed-params',
      'the address of a server begins with http:// or https://',
      {
        path: '/url',
      },
    )
  }
  return url
}

function transportTo({ origin }: URL, { ca, connectionsMax }: HttpStoreOptions): HttpTransport {
  return createUndiciTransport({
    origin,
    ...(ca !== undefined && { ca }),
    ...(connectionsMax !== undefined && { connectionsMax }),
  })
}
