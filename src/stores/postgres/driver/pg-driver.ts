import { Socket } from 'node:net'
import { Client, type ClientConfig, Pool, type PoolClient, type QueryConfig } from 'pg'
import type { Clock } from '../../../host/clock.js'
import {
  CommitUnknownError,
  type PostgresDriver,
  type PostgresSession,
  type QueryOptions,
  type SqlParam,
  type SqlRow,
  type TransactionMode,
} from '../../../host/postgres.js'
import { encodeArray } from '../rows/binary-array.js'
import { isConnectionError, isPreparationError } from './connection-error.js'
import { HeldKeys } from './held-keys.js'
import { resultTypes } from './pg-types.js'

/** Where a PostgreSQL server is and how many connections to it are used. */
export interface PgDriverOptions {
  /** `postgres://user:password@host:port/database`, as `psql` understands it. */
  readonly url: string
  readonly clock: Clock
  /** Connections at once, one more while threads are live. @defaultValue 4 */
  readonly connectionsMax?: number
  /**
   * Time without a byte in either direction after which a connection counts as broken: some that
   * stall never end. No statement may take the server longer. @defaultValue 5 minutes
   */
  readonly silenceMaxMs?: number
  /** Time that making a connection may take. @defaultValue 10 seconds */
  readonly connectingMaxMs?: number
}

const SILENCE_MAX_MS = 5 * 60_000
const CONNECTING_MAX_MS = 10_000

/** A driver over a pool of connections to a PostgreSQL server. */
export async function openPgDriver(options: PgDriverOptions): Promise<PostgresDriver> {
  const config: ClientConfig = {
    connectionString: options.url,
    fallback_application_name: 'threadstore',
    keepAlive: true,
    connectionTimeoutMillis: options.connectingMaxMs ?? CONNECTING_MAX_MS,
  }
  const stream = (): Socket => brokenBySilence(options.silenceMaxMs ?? SILENCE_MAX_MS)
  const pool = new Pool({
    // Told of the time limit, a pool would hold it against whoever waits while others are served.
    Client: class extends Client {
      constructor() {
        super({ ...config, stream })
      }
    },
    max: options.connectionsMax ?? 4,
  })
  // A connection that breaks also rejects what runs on it; unheard, the event would end the process.
  pool.on('connect', (client) => client.on('error', ignore))
  pool.on('error', ignore)
  try {
    const statements = new StatementRunner()
    const settings = await settingsOf(pool, statements)
    // What one connection was told to prepare, the next one has not heard of.
    if (!settings.holdsKeys) statements.stopPreparing()
    const { clock } = options
    return new PgDriver({ pool, config, clock, statements, ...settings })
  } catch (reason) {
    await pool.end()
    throw reason
  }
}

function brokenBySilence(silenceMaxMs: number): Socket {
  const socket = new Socket()
  return socket.setTimeout(silenceMaxMs, () => socket.destroy())
}

interface Settings {
  readonly durable: boolean
  readonly holdsKeys: boolean
}

async function settingsOf(pool: Pool, statements: StatementRunner): Promise<Settings> {
  const client = await pool.connect()
  try {
    const [row] = await statements.run<{ durable: boolean; pid: number }>(
      client,
      `SELECT pg_backend_pid() AS pid, current_setting('fsync') = 'on'
          AND current_setting('synchronous_commit') <> 'off' AS durable`,
    )
    // A pooler makes up the process that it tells its clients of.
    const { processID } = client as PoolClient & { readonly processID: number | null }
    return { durable: row?.durable ?? false, holdsKeys: row?.pid === processID }
  } finally {
    client.release()
  }
}

function ignore(): void {}

/** Runs statements on connections, prepared ones where that works. */
class StatementRunner {
  /** Names of statements, by their text: what a connection has parsed and planned once, it keeps. */
  readonly #names = new Map<string, string>()
  #prepares = true

  async run<Row extends SqlRow>(
    connection: Pool | PoolClient,
    text: string,
    values: readonly SqlParam[] = [],
    { plannedAnew = false }: QueryOptions = {},
  ): Promise<Row[]> {
    const encoded = values.map((value) => (Array.isArray(value) ? arrayParam(value) : value))
    const config: QueryConfig = { text, values: encoded, types: resultTypes }
    // Statements without parameters change the schema or run once.
    if (this.#prepares && values.length > 0 && !plannedAnew) config.name = this.#nameOf(text)
    try {
      return (await connection.query<Row>(config)).rows
    } catch (reason) {
      if (isPreparationError(reason)) this.stopPreparing()
      throw reason
    }
  }

  stopPreparing(): void {
    this.#prepares = false
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `threadstore_${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}

/** An empty array in binary form would have to know its type; as text it need not. */
function arrayParam(values: readonly (string | Uint8Array | null)[]): string | Buffer {
  return values.length === 0 ? '{}' : encodeArray(values)
}

interface PgDriverParts {
  readonly pool: Pool
  readonly config: ClientConfig
  readonly clock: Clock
  readonly statements: StatementRunner
  readonly durable: boolean
  readonly holdsKeys: boolean
}

class PgDriver implements PostgresDriver {
  readonly durable: boolean
  readonly holdsKeys: boolean
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #statements: StatementRunner
  readonly #heldKeys: HeldKeys
  #ended: Promise<void> | null = null

  constructor({ pool, config, clock, statements, durable, holdsKeys }: PgDriverParts) {
    this.#pool = pool
    this.#heldKeys = new HeldKeys(config, clock)
    this.#clock = clock
    this.#statements = statements
    this.durable = durable
    this.holdsKeys = holdsKeys
  }

  async query<Row extends SqlRow>(
    sql: string,
    params?: readonly SqlParam[],
    options?: QueryOptions,
  ): Promise<Row[]> {
    return this.#statements.run<Row>(this.#pool, sql, params, options)
  }

  async transaction<T>(
    mode: TransactionMode,
    work: (session: PostgresSession) => Promise<T>,
  ): Promise<T> {
    const client = await this.#pool.connect()
    const xid = await begin(client, mode).catch((reason: unknown) => {
      client.release(true)
      throw reason
    })
    let result: T
    try {
      result = await work({
        query: (sql, params, options) => this.#statements.run(client, sql, params, options),
      })
    } catch (reason) {
      await rollBack(client)
      throw reason
    }
    await this.#commit(client, xid)
    return result
  }

  async hold(key: string): Promise<() => Promise<void>> {
    // The lock would stay with a connection that is somebody else's by now.
    return this.holdsKeys ? this.#heldKeys.hold(key) : async () => {}
  }

  async isHeld(session: PostgresSession, key: string): Promise<boolean> {
    const [row] = await session.query<{ held: boolean }>(
      'SELECT NOT pg_try_advisory_xact_lock_shared($1::bigint) AS held',
      [key],
    )
    return row?.held ?? true
  }

  async close(): Promise<void> {
    this.#ended ??= this.#pool.end()
    await this.#ended
  }

  async #commit(client: PoolClient, xid: string | null): Promise<void> {
    try {
      await client.query('COMMIT')
    } catch (reason) {
      client.release(true)
      if (xid === null || !isConnectionError(reason)) throw reason
      if (await this.#hasCommitted(xid, reason)) return
      throw reason
    }
    client.release()
  }

  /** Asks, on another connection, what became of a transaction whose commit got no answer. */
  async #hasCommitted(xid: string, cause: unknown): Promise<boolean> {
    for (const waitMs of [0, 50, 200, 800, 3200]) {
      await this.#clock.sleep(waitMs)
      const status = await this.#statusOf(xid).catch(() => undefined)
      if (status === 'committed') return true
      if (status === 'aborted') return false
    }
    throw new CommitUnknownError('the connection broke while a commit was under way', { cause })
  }

  async #statusOf(xid: string): Promise<string | null | undefined> {
    const rows = await this.query<{ status: string | null }>(
      'SELECT pg_xact_status($1::text::xid8) AS status',
      [xid],
    )
    return rows[0]?.status
  }
}

/** Begins a transaction; one that writes tells its id, by which its outcome can be asked for. */
async function begin(client: PoolClient, mode: TransactionMode): Promise<string | null> {
  if (mode === 'read') {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return null
  }
  const results = await client.query<{ xid: string }>(
    'BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()::text AS xid',
  )
  const last: unknown = Array.isArray(results) ? results.at(-1) : results
  return (last as { rows: { xid: string }[] }).rows[0]?.xid ?? null
}

async function rollBack(client: PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK')
    client.release()
  } catch {
    client.release(true)
  }
}
