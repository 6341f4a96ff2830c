import { hostname } from 'node:os'
import { type Clock, systemClock } from '../../host/clock.js'
import { type IdSource, systemIds } from '../../host/ids.js'
import type { PostgresDriver } from '../../host/postgres.js'
import type { Durability, ThreadStoreCapabilities, WriterScope } from '../../store/capabilities.js'
import { checked } from '../../store/checked.js'
import { invalidRequest } from '../../store/errors.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { applySchema, requireSchema } from './schema/apply-schema.js'
import { closableDriver } from './driver/closable-driver.js'
import { errorFromPostgres } from './driver/error-from-postgres.js'
import { PostgresThreadStore } from './postgres-thread-store.js'

/** What every store of this kind borrows; each has a default. */
export interface StoreOptions {
  /**
   * Keeps threads apart from those of other namespaces in the same database. Letters, digits, `.`,
   * `_` and `-`, at most 128. @defaultValue `default`
   */
  readonly namespace?: string
  /**
   * Whether tables are made and brought up to date. Without that a database without tables is
   * `UNSUPPORTED {schema-version}`; one of an older release is used as it is. @defaultValue true
   */
  readonly applySchema?: boolean
  readonly clock?: Clock
  readonly ids?: IdSource
}

/** The database a handle works on. */
interface OpenDatabase {
  readonly driver: PostgresDriver
  /** Names the database in messages, without a password. */
  readonly server: string
  readonly durability: Durability
  readonly writers: WriterScope
  /** Lets go of the database. */
  readonly release: () => Promise<void>
}

/** Opens a handle on a database whose driver is open; the schema is brought up to date. */
export async function openStore(
  database: OpenDatabase,
  options: StoreOptions,
): Promise<ThreadStore> {
  const { server, release } = database
  const driver = closableDriver(database.driver, release)
  const { clock = systemClock, ids = systemIds, namespace = 'default' } = options
  let schemaVersion: number
  try {
    requireNamespace(namespace)
    schemaVersion = await (options.applySchema === false
      ? requireSchema(driver)
      : applySchema(driver))
  } catch (reason) {
    await driver.close()
    throw errorFromPostgres(reason, server)
  }
  const handle = { key: newHandleKey(driver), name: `process ${process.pid} on ${hostname()}` }
  const projectsTurns = schemaVersion >= 2
  const context = { driver, server, namespace, clock, ids, projectsTurns }
  const supports = capabilities(database)
  return checked(new PostgresThreadStore({ context, handle, supports }))
}

function requireNamespace(namespace: string): void {
  if (/^[\w.-]{1,128}$/.test(namespace)) return
  throw invalidRequest(
    'malformed-params',
    `${JSON.stringify(namespace)} is no namespace: letters, digits, ".", "_" and "-", at most 128`,
    { path: '/namespace' },
  )
}

/**
 * 64 random bits as a signed number. Not from the injected ids: two handles that were given the same
 * source must not take each other for themselves. The last bit says whether the key can be held.
 */
function newHandleKey({ holdsKeys }: PostgresDriver): string {
  const random = Buffer.from(systemIds.newToken(), 'base64url').readBigInt64BE()
  return (holdsKeys ? random & ~1n : random | 1n).toString()
}

function capabilities({ durability, writers }: OpenDatabase): ThreadStoreCapabilities {
  return {
    search: true,
    turns: true,
    items: true,
    delete: true,
    rawHistory: true,
    lineage: true,
    paths: false,
    durability,
    writers,
    materialization: 'eager',
    readYourWrites: 'always',
  }
}
