import type { AddressInfo } from 'node:net'
import { isIP } from 'node:net'
import { fastify, type FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../../host/clock.js'
import { type IdSource, systemIds } from '../../host/ids.js'
import { type Logger, silentLogger } from '../../host/logger.js'
import { openApiDocument } from './openapi.js'
import { AnswerCache } from './server/answer-cache.js'
import { ExpiringMap } from './server/expiring-map.js'
import { fastifyOptions } from './server/fastify-options.js'
import { installGate } from './server/gate.js'
import { createMetrics } from './server/metrics.js'
import { NamespaceStores, type OpenNamespace } from './server/namespace-stores.js'
import type { TokenSource } from './server/principal.js'
import { installAnswers } from './server/install-answers.js'
import { installRoutes } from './server/install-routes.js'
import type { HeldExport, ServerContext } from './server/server-context.js'
import { defaultLimits, type ServerLimits } from './server/server-limits.js'
import type { ServedHandle } from './server/served-handle.js'
import type { ServedImport } from './server/served-import.js'

export type { OpenNamespace } from './server/namespace-stores.js'
export type { Grant, TokenSource } from './server/principal.js'
export { defaultLimits, type ServerLimits } from './server/server-limits.js'
export { TokenFile, type TokenFileOptions } from './server/token-file.js'
export { parseTokenList, type TokenList } from './server/token-list.js'

/** What a server serves, and to whom. */
export interface HttpThreadServerOptions {
  /**
   * Opens a handle on a namespace’s threads: one that requests share, and one for each client that
   * writes. A request that names no namespace is about `default`, or the one its token is for.
   */
  readonly open: OpenNamespace
  /** Absent: whoever reaches the server may do everything, and it listens on loopback alone. */
  readonly tokens?: TokenSource
  /** Certificate and key in PEM. Absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Whether `/metrics` tells about this process as well. @defaultValue false */
  readonly processMetrics?: boolean
  /** What `/openapi.json` says the version is. @defaultValue `unknown` */
  readonly version?: string
  readonly limits?: Partial<ServerLimits>
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly logger?: Logger
}

/** Where to listen. */
export interface ListenOptions {
  /** @defaultValue `127.0.0.1` */
  readonly host?: string
  /** 0: any that is free. */
  readonly port: number
}

/** A server that was made, and may listen. */
export interface HttpThreadServer extends AsyncDisposable {
  /** Starts to listen and says where. */
  listen(options: ListenOptions): Promise<string>
  /**
   * Takes nothing more on, finishes what was begun, but for what takes longer than `drainMs`, shuts
   * live writers down and closes the store. Idempotent.
   */
  close(): Promise<void>
}

/** Makes a server of any store’s threads. */
export async function createHttpThreadServer(
  options: HttpThreadServerOptions,
): Promise<HttpThreadServer> {
  let draining = false
  const stop = new AbortController()
  const context = contextOf(options, () => draining)
  const app = fastify(fastifyOptions(context, options.tls ?? null))
  installAnswers(app, context)
  installGate(app, context)
  installRoutes(app, context)
  await app.ready()
  const sweeping = sweep(context, stop.signal)
  let closing: Promise<void> | null = null

  async function close(): Promise<void> {
    draining = true
    await drain(app, context)
    stop.abort()
    await sweeping
    await letGo(context)
  }

  return {
    listen: async ({ host = '127.0.0.1', port }) => {
      if (context.tokens === null && !isLoopback(host)) {
        throw new TypeError(`without tokens the server listens on loopback, not on ${host}`)
      }
      await app.listen({ host, port })
      return urlOf(app, options.tls !== undefined)
    },
    close: async () => {
      closing ??= close()
      await closing
    },
    [Symbol.asyncDispose]: async () => {
      closing ??= close()
      await closing
    },
  }
}

/** Whether an address can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1' || host === 'localhost'
}

function contextOf(options: HttpThreadServerOptions, isDraining: () => boolean): ServerContext {
  const { open, tokens = null, clock = systemClock, ids = systemIds } = options
  const logger = options.logger ?? silentLogger
  const limits = { ...defaultLimits, ...options.limits }
  const handles = new ExpiringMap<ServedHandle>({
    clock,
    idleMs: limits.handleIdleMs,
    onExpired: (handle) => closeHandle(logger, handle),
  })
  const imports = new ExpiringMap<ServedImport>({
    clock,
    idleMs: limits.importIdleMs,
    onExpired: (served) => served.abandon('the rest of the import did not come in time'),
  })
  const exports = new ExpiringMap<HeldExport>({
    clock,
    idleMs: limits.exportIdleMs,
    onExpired: async () => {},
  })
  const opened = {
    handles: () => handles.size,
    imports: () => imports.size,
    exports: () => exports.size,
  }
  const { answersKeptMs: keptMs, answersMax: entriesMax, answerCharsMax: charsMax } = limits
  return {
    open,
    tokens,
    clock,
    ids,
    logger,
    limits,
    handles,
    imports,
    exports,
    isDraining,
    instance: ids.newId(),
    openApi: JSON.stringify(openApiDocument(options.version ?? 'unknown')),
    metrics: createMetrics(opened, options.processMetrics ?? false),
    stores: new NamespaceStores(open),
    answers: new AnswerCache({ clock, keptMs, entriesMax, charsMax }),
    principals: new WeakMap(),
  }
}

/** Waits for what was begun, but not for ever: a caller may have stopped to read or to send. */
async function drain(
  app: FastifyInstance,
  { clock, limits, logger }: ServerContext,
): Promise<void> {
  const drained = new AbortController()
  const late = clock.sleep(limits.drainMs, drained.signal).then(
    () => {
      logger.warn({ drainMs: limits.drainMs }, 'requests that did not end in time are cut off')
      app.server.closeAllConnections()
    },
    () => {},
  )
  await app.close()
  drained.abort()
  await late
}

function urlOf(app: FastifyInstance, secure: boolean): string {
  const { address, port, family } = app.server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  return `${secure ? 'https' : 'http'}://${host}:${port}`
}

/** Lets go, again and again, of what nobody came back for. */
async function sweep(context: ServerContext, signal: AbortSignal): Promise<void> {
  const { clock, limits, handles, imports, exports } = context
  const everyMs = Math.min(limits.handleIdleMs, limits.importIdleMs, limits.exportIdleMs) / 4
  let expiring: Promise<unknown> = Promise.resolve()
  for (;;) {
    await clock.sleep(everyMs, signal).catch(() => {})
    if (signal.aborted) break
    // Nothing waits for a store that does not close.
    expiring = Promise.all([expiring, handles.expire(), imports.expire(), exports.expire()])
  }
  await expiring
}

async function letGo({ handles, imports, stores, logger }: ServerContext): Promise<void> {
  const why = 'the server is shutting down'
  await Promise.all(imports.takeAll().map((served) => served.abandon(why)))
  await Promise.all(handles.takeAll().map((handle) => closeHandle(logger, handle)))
  await stores.close()
}

async function closeHandle(logger: Logger, { store, principal }: ServedHandle): Promise<void> {
  try {
    await store.close()
  } catch (err) {
    const { namespace } = principal
    logger.error({ namespace, err }, 'a handle could not be closed in order')
  }
}
