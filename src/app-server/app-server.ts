import pLimit from 'p-limit'
import { systemClock } from '../host/clock.js'
import { silentLogger } from '../host/logger.js'
import { defaultConfig, ThreadManager, type ThreadManagerOptions } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import { Connection } from './connection.js'
import { dispatch } from './dispatch.js'
import type { ServerContext } from './server-context.js'
import { Sessions } from './sessions.js'

/** What a server works with. */
export interface AppServerOptions extends Omit<ThreadManagerOptions, 'cliVersion'> {
  /** Directory of threads that name none. Absolute. */
  readonly cwd: string
  /** What clients are told of where threads are kept. @defaultValue `cwd` */
  readonly codexHome?: string
  /** Of this server. @defaultValue `0.0.0` */
  readonly version?: string
  /** How long a thread stays loaded that nobody follows. @defaultValue 30 minutes */
  readonly unloadDelayMs?: number
}

const UNLOAD_DELAY_MS = 30 * 60_000
const SHUTDOWN_TIMEOUT_MS = 10_000

/** Answers clients in the JSON-RPC of Codex's app-server, from any store. */
export class AppServer {
  readonly #connections = new Set<Connection>()
  readonly #context: ServerContext

  constructor(options: AppServerOptions) {
    const { clock = systemClock, logger = silentLogger, version = '0.0.0', cwd } = options
    const broadcast = (method: string, params: JsonObject): void => {
      for (const connection of this.#connections) connection.notify(method, params)
    }
    const manager = new ThreadManager({ ...options, cliVersion: version })
    const { unloadDelayMs = UNLOAD_DELAY_MS } = options
    this.#context = {
      manager,
      store: options.store,
      sessions: new Sessions({ manager, clock, logger, unloadDelayMs, broadcast }),
      paths: options.paths ?? null,
      clock,
      logger,
      config: { ...defaultConfig, ...options.config },
      cwd,
      codexHome: options.codexHome ?? cwd,
      version,
      listState: pLimit(1),
      broadcast,
    }
  }

  /** A new peer; `write` is called with every message for it. When it throws, the peer is gone. */
  connect(write: (message: JsonObject) => void): Connection {
    const connection = new Connection((message) => {
      try {
        write(message)
      } catch (error) {
        this.#context.logger.warn({ error }, 'a client cannot be written to any more')
        this.disconnect(connection)
      }
    })
    this.#connections.add(connection)
    return connection
  }

  /** Takes one line of a peer. Settles when it is answered; never rejects. */
  async receive(connection: Connection, line: string): Promise<void> {
    await connection.inOrder(() => dispatch(this.#context, connection, line))
  }

  disconnect(connection: Connection): void {
    connection.close()
    this.#connections.delete(connection)
    this.#context.sessions.forget(connection)
  }

  /** Interrupts what runs and stores what is left. Returns the number of threads it failed for. */
  async close(): Promise<number> {
    for (const connection of this.#connections) connection.close()
    this.#connections.clear()
    return this.#context.sessions.closeAll(SHUTDOWN_TIMEOUT_MS)
  }
}
