import { systemClock, type ThreadStore, ThreadStoreError } from '../../src/index.js'
import { toldSqliteHome } from './default-home.js'
import { UnreachableError } from '../usage/failures.js'
import { requireFolder } from './open-store.js'
import { parseStoreAddress, redact, type StoreAddress } from './store-address.js'
import { UsageError } from '../usage/usage-error.js'

/** A store that several handles are opened on, each on the threads of a namespace. */
export interface StoreBehind extends AsyncDisposable {
  /** The address, fit to be shown. */
  readonly label: string
  /** Whether threads of one namespace are kept apart from those of another. */
  readonly hasNamespaces: boolean
  open(namespace: string): Promise<ThreadStore>
}

/**
 * Gets ready to open handles on the store at an address. A database is made where it is missing; a home has
 * to exist, as Codex wants of its own.
 */
export async function storeBehind(text: string): Promise<StoreBehind> {
  const address = parseStoreAddress(text)
  const label = redact(text)
  try {
    return { label, ...(await behind(address)) }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new UnreachableError(redact(`${label} cannot be opened: ${reason}`), { cause: error })
  }
}

async function behind(address: StoreAddress): Promise<Omit<StoreBehind, 'label'>> {
  switch (address.kind) {
    case 'memory':
      return memoryBehind()
    case 'local':
      return localBehind(address.dir)
    case 'pglite':
      return pgliteBehind(address)
    case 'postgres':
      return postgresBehind(address)
    case 'http':
      throw new UsageError('what is behind HTTP is served already')
  }
}

const nothingToClose = async (): Promise<void> => {}

async function memoryBehind(): Promise<Omit<StoreBehind, 'label'>> {
  const { MemoryStorage, openMemoryStore } =
    await import('../../src/stores/memory/memory-thread-store.js')
  const storages = new Map<string, InstanceType<typeof MemoryStorage>>()
  return {
    hasNamespaces: true,
    open: async (namespace) => {
      const storage = storages.get(namespace) ?? new MemoryStorage()
      storages.set(namespace, storage)
      return openMemoryStore({ storage })
    },
    [Symbol.asyncDispose]: nothingToClose,
  }
}

async function localBehind(home: string): Promise<Omit<StoreBehind, 'label'>> {
  requireFolder(home)
  const { openLocalStore } = await import('../../src/stores/local/open-local-store.js')
  return {
    hasNamespaces: false,
    open: async (namespace) => {
      if (namespace !== 'default') throw noNamespaces()
      return openLocalStore({ home, ...toldSqliteHome(home) })
    },
    [Symbol.asyncDispose]: nothingToClose,
  }
}

function noNamespaces(): ThreadStoreError {
  const why = 'a Codex home has no namespaces'
  return new ThreadStoreError('INVALID_REQUEST', why, { reason: 'forbidden' })
}

interface DatabaseAddress {
  readonly namespace: string | null
}

/** The namespace of the address is what requests without one of their own get. */
function namespaceFor({ namespace }: DatabaseAddress, wanted: string): string {
  return wanted === 'default' ? (namespace ?? wanted) : wanted
}

async function pgliteBehind(
  address: DatabaseAddress & { readonly dir: string },
): Promise<Omit<StoreBehind, 'label'>> {
  const { openPgliteStore } = await import('../../src/stores/postgres/open-pglite-store.js')
  const { dir } = address
  return {
    hasNamespaces: true,
    open: (wanted) => openPgliteStore({ dir, namespace: namespaceFor(address, wanted) }),
    [Symbol.asyncDispose]: nothingToClose,
  }
}

/** Connections that all handles share. */
const CONNECTIONS_MAX = 16

async function postgresBehind(
  address: DatabaseAddress & { readonly url: string },
): Promise<Omit<StoreBehind, 'label'>> {
  const { openPgDriver } = await import('../../src/stores/postgres/driver/pg-driver.js')
  const { openPostgresStore } = await import('../../src/stores/postgres/open-postgres-store.js')
  const driver = await openPgDriver({
    url: address.url,
    clock: systemClock,
    connectionsMax: CONNECTIONS_MAX,
  })
  return {
    hasNamespaces: true,
    open: (wanted) => openPostgresStore({ driver, namespace: namespaceFor(address, wanted) }),
    [Symbol.asyncDispose]: () => driver.close(),
  }
}
