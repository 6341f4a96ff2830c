import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../../host/clock.js'
import type { IdSource } from '../../../host/ids.js'
import type { Logger } from '../../../host/logger.js'
import type { ThreadExport } from '../../../store/raw-history.js'
import type { AnswerCache } from './answer-cache.js'
import type { ExpiringMap } from './expiring-map.js'
import type { Metrics } from './metrics.js'
import type { NamespaceStores, OpenNamespace } from './namespace-stores.js'
import { anybody, type Principal, type TokenSource } from './principal.js'
import type { ServedHandle } from './served-handle.js'
import type { ServedImport } from './served-import.js'
import type { ServerLimits } from './server-limits.js'

/** An export whose bytes may still be asked for. */
export interface HeldExport {
  readonly principal: Principal
  readonly exported: ThreadExport
}

/** What everything that serves a request works with. */
export interface ServerContext {
  /** Another one after every start. */
  readonly instance: string
  readonly open: OpenNamespace
  /** What the service is, printed. */
  readonly openApi: string
  /** `null`: whoever reaches the server may do everything. */
  readonly tokens: TokenSource | null
  readonly clock: Clock
  readonly ids: IdSource
  readonly logger: Logger
  readonly limits: ServerLimits
  readonly metrics: Metrics
  readonly stores: NamespaceStores
  readonly handles: ExpiringMap<ServedHandle>
  readonly imports: ExpiringMap<ServedImport>
  readonly exports: ExpiringMap<HeldExport>
  readonly answers: AnswerCache
  readonly principals: WeakMap<FastifyRequest, Principal>
  /** Whether the server is going down and takes nothing on. */
  isDraining(): boolean
}

/** Who a request comes from, once it was let in. */
export function principalOf(context: ServerContext, request: FastifyRequest): Principal {
  return context.principals.get(request) ?? { ...anybody, scopes: [] }
}

/** A header that may be there once. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
