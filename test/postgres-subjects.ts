import type { StoreSubject } from '../conformance/index.js'
import { openPgliteDriver } from '../src/stores/postgres/driver/pglite-driver.js'
import { openPgliteStore } from '../src/stores/postgres/open-pglite-store.js'
import { openPostgresStore } from '../src/stores/postgres/open-postgres-store.js'
import type { ThreadStore } from '../src/index.js'
import { startStorageProcess } from './storage-process.js'

/** The PostgreSQL store on a server; each storage is a namespace. */
export function postgresSubject(url: string): StoreSubject {
  const open = (context: { readonly scope: string }): Promise<ThreadStore> =>
    openPostgresStore({ url, namespace: context.scope, connectionsMax: 4 })
  return {
    name: 'postgres',
    open,
    reopen: open,
    openSecond: open,
    spawn: () => startStorageProcess(url),
  }
}

/** The PostgreSQL store on PGlite; all storages share one database in memory. */
export async function pgliteSubject(): Promise<StoreSubject> {
  // Booting takes seconds, a namespace nothing.
  const driver = await openPgliteDriver()
  const open = (context: { readonly scope: string }): Promise<ThreadStore> =>
    openPgliteStore({ driver, namespace: context.scope })
  return { name: 'pglite', open, reopen: open, openSecond: open }
}
