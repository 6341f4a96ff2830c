import { asBuffer } from '../../../history/as-buffer.js'
import type {
  PostgresDriver,
  PostgresSession,
  SqlParam,
  SqlRow,
  TransactionMode,
} from '../../../host/postgres.js'

/** Where an embedded database lies. */
export interface PgliteDriverOptions {
  /** A folder, made when it is not there; absent: in memory. */
  readonly dir?: string
}

/** The slice of PGlite we use. Its own types do not compile without those of a browser. */
interface PgliteSession {
  query<Row>(
    sql: string,
    params: readonly SqlParam[] | undefined,
    options: typeof bytes,
  ): Promise<{ rows: Row[] }>
}
interface Pglite extends PgliteSession {
  readonly closed: boolean
  transaction<T>(work: (session: PgliteSession) => Promise<T>): Promise<T>
  close(): Promise<void>
}
interface PgliteModule {
  readonly PGlite: { create(dataDir: string): Promise<Pglite> }
}

const moduleName: string = '@electric-sql/pglite'

/** A driver over a database inside this process. */
export async function openPgliteDriver(options: PgliteDriverOptions = {}): Promise<PostgresDriver> {
  const { PGlite } = (await import(moduleName)) as PgliteModule
  return new PgliteDriver(await PGlite.create(options.dir ?? 'memory://'))
}

const BYTEA = 17
const BYTEA_ARRAY = 1001
const TEXT_ARRAY = 1009

/** PGlite's own conversion of bytea costs several times as much as the statement. */
const bytes = {
  serializers: {
    [BYTEA]: hex,
    [BYTEA_ARRAY]: (values: readonly Uint8Array[]) => arrayLiteral(values.map(hex)),
    [TEXT_ARRAY]: arrayLiteral,
  },
  parsers: { [BYTEA]: (value: string) => Buffer.from(value.slice(2), 'hex') },
}

function hex(value: Uint8Array): string {
  return `\\x${asBuffer(value).toString('hex')}`
}

function arrayLiteral(values: readonly (string | null)[]): string {
  const elements = values.map((value) =>
    value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`,
  )
  return `{${elements.join(',')}}`
}

/**
 * PGlite has one connection and lets transactions take turns on it. So a transaction is of one
 * point in time whatever its mode, and must not wait for anything outside of it.
 */
class PgliteDriver implements PostgresDriver {
  /** PGlite runs with fsync off. */
  readonly durable = false
  readonly holdsKeys = true
  readonly #db: Pglite
  /** Every handle is in this process: what nobody here holds, nobody holds. */
  readonly #held = new Set<string>()

  constructor(db: Pglite) {
    this.#db = db
  }

  async query<Row extends SqlRow>(sql: string, params?: readonly SqlParam[]): Promise<Row[]> {
    return (await this.#db.query<Row>(sql, params, bytes)).rows
  }

  async transaction<T>(
    _mode: TransactionMode,
    work: (session: PostgresSession) => Promise<T>,
  ): Promise<T> {
    return this.#db.transaction((transaction) =>
      work({
        query: async <Row extends SqlRow>(sql: string, params?: readonly SqlParam[]) =>
          (await transaction.query<Row>(sql, params, bytes)).rows,
      }),
    )
  }

  async hold(key: string): Promise<() => Promise<void>> {
    this.#held.add(key)
    return async () => {
      this.#held.delete(key)
    }
  }

  async isHeld(_session: PostgresSession, key: string): Promise<boolean> {
    return this.#held.has(key)
  }

  async close(): Promise<void> {
    if (!this.#db.closed) await this.#db.close()
  }
}
