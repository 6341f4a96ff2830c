import type { PostgresDriver } from '../../host/postgres.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { errorFromPostgres } from './driver/error-from-postgres.js'
import { type StoreOptions, openStore } from './open-store.js'
import { borrowDatabase } from './driver/pglite-folder.js'

/** Which embedded database, and what the store borrows. */
export interface PgliteStoreOptions extends StoreOptions {
  /**
   * The database's folder, made when it is not there. Absent: in memory, gone when it is closed.
   * Handles of one process share a folder; another process is refused meanwhile.
   */
  readonly dir?: string
  /**
   * Instead of a folder: a driver, which stays open when the store is closed. What it keeps beyond
   * the process is not known here, and so not claimed.
   */
  readonly driver?: PostgresDriver
}

/** Opens a handle on the threads in a database inside this process. */
export async function openPgliteStore(options: PgliteStoreOptions = {}): Promise<ThreadStore> {
  const { dir, driver } = options
  const server = dir === undefined ? 'PGlite in memory' : `PGlite in ${dir}`
  const shared = { server, writers: 'multi-handle', durability: 'process-crash' } as const
  if (driver !== undefined) {
    const release = async (): Promise<void> => {}
    return openStore({ ...shared, durability: 'reopen', driver, release }, options)
  }
  // Loaded here, so that who uses another store needs no PGlite.
  const { openPgliteDriver } = await import('./driver/pglite-driver.js')
  try {
    if (dir === undefined) {
      const opened = await openPgliteDriver()
      const release = (): Promise<void> => opened.close()
      return await openStore({ ...shared, durability: 'none', driver: opened, release }, options)
    }
    const borrowed = await borrowDatabase(dir, (folder) => openPgliteDriver({ dir: folder }))
    return await openStore({ ...shared, ...borrowed }, options)
  } catch (reason) {
    throw errorFromPostgres(reason, server)
  }
}
