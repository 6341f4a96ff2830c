import type { LimitFunction } from 'p-limit'
import type { Clock } from '../host/clock.js'
import type { Logger } from '../host/logger.js'
import type { PathReader } from '../live/path-reader.js'
import type { ThreadConfig, ThreadManager } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import type { ThreadStore } from '../store/thread-store.js'
import type { Connection } from './connection.js'
import type { Sessions } from './sessions.js'

/** What the methods of a server share. */
export interface ServerContext {
  readonly manager: ThreadManager
  readonly store: ThreadStore
  readonly sessions: Sessions
  readonly paths: PathReader | null
  readonly clock: Clock
  readonly logger: Logger
  /** For threads that do not say otherwise. */
  readonly config: ThreadConfig
  /** Directory of threads that name none, and what relative ones are relative to. */
  readonly cwd: string
  readonly codexHome: string
  readonly version: string
  /** Held while the list of threads is changed or read. */
  readonly listState: LimitFunction
  /** Tells every client that has introduced itself. */
  broadcast(method: string, params: JsonObject): void
}

/** A request that is being answered. */
export interface Request {
  readonly server: ServerContext
  readonly connection: Connection
  readonly params: JsonObject
  /** Sends the response, now. What is said after it arrives after it. */
  readonly reply: (result: JsonObject) => void
}

/** Answers the requests of one method; what it throws is the answer too. */
export type Method = (request: Request) => Promise<void>
