import { systemClock } from '../../host/clock.js'
import type { PostgresDriver } from '../../host/postgres.js'
import { invalidRequest } from '../../store/errors.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { errorFromPostgres } from './driver/error-from-postgres.js'
import { type StoreOptions, openStore } from './open-store.js'

export type { StoreOptions } from './open-store.js'

/** Which PostgreSQL database, and what the store borrows. */
export interface PostgresStoreOptions extends StoreOptions {
  /**
   * `postgres://user:password@host:port/database`, as `psql` understands it. A `namespace` among its
   * parameters is used unless the option says otherwise.
   */
  readonly url?: string
  /** Instead of a URL: a driver, which stays open when the store is closed. */
  readonly driver?: PostgresDriver
  /** Connections at once, one more while threads are live. @defaultValue 4 */
  readonly connectionsMax?: number
}

/** Opens a handle on the threads in a PostgreSQL database, 14 or newer. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<ThreadStore> {
  const { url, driver } = options
  if (driver !== undefined) return openWith(driver, 'PostgreSQL', options, async () => {})
  if (url === undefined) throw invalidRequest('malformed-params', 'a url or a driver is needed')
  const server = describeServer(url)
  const { url: serverUrl, namespace } = takeNamespace(url)
  const opened = await openDriver(serverUrl, server, options)
  const given = namespace === null ? options : { namespace, ...options }
  return openWith(opened, server, given, () => opened.close())
}

async function openDriver(
  url: string,
  server: string,
  { clock = systemClock, connectionsMax }: PostgresStoreOptions,
): Promise<PostgresDriver> {
  // Loaded here, so that who uses another store needs no PostgreSQL client.
  const { openPgDriver } = await import('./driver/pg-driver.js')
  try {
    return await openPgDriver({ url, clock, ...(connectionsMax && { connectionsMax }) })
  } catch (reason) {
    throw errorFromPostgres(reason, server)
  }
}

async function openWith(
  driver: PostgresDriver,
  server: string,
  options: StoreOptions,
  release: () => Promise<void>,
): Promise<ThreadStore> {
  const durability = driver.durable ? 'power-loss' : 'process-crash'
  return openStore({ driver, server, durability, writers: 'multi-process', release }, options)
}

/** The URL without the parameter that is ours. */
function takeNamespace(url: string): { readonly url: string; readonly namespace: string | null } {
  const [address = ''] = url.split('?', 1)
  const params = new URLSearchParams(url.slice(address.length))
  const namespace = params.get('namespace')
  if (namespace === null) return { url, namespace }
  params.delete('namespace')
  return { url: params.size === 0 ? address : `${address}?${params.toString()}`, namespace }
}

/** Host and database of a URL, and nothing of where a user or a password may stand. */
function describeServer(url: string): string {
  if (!URL.canParse(url)) return 'PostgreSQL'
  const { host, pathname } = new URL(url)
  return `PostgreSQL at ${host === '' && pathname.length < 2 ? 'this machine' : host + pathname}`
}
