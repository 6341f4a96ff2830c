import { existsSync, mkdirSync } from 'node:fs'
import { type ThreadStore, ThreadStoreError } from '../../src/index.js'
import type {
  LocalStoreOptions,
  LocalThreadStore,
} from '../../src/stores/local/open-local-store.js'
import { toldSqliteHome } from './default-home.js'
import { UnreachableError } from '../usage/failures.js'
import { httpOptions } from './http-options.js'
import { type StoreAddress, parseStoreAddress, redact } from './store-address.js'
import { UsageError } from '../usage/usage-error.js'

/** A store that a command was pointed at. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: ThreadStore
  /** The address, fit to be shown. */
  readonly label: string
}

/**
 * `read`: nothing about the store changes, and it has to exist. `look`: the same, but a store that
 * does not exist is an empty one. `change`: it has to exist. `write`: it is made where it is missing.
 */
type StoreAccess = 'read' | 'look' | 'change' | 'write'

/**
 * Opens the store at an address. Drivers are loaded here and nowhere else, each only when it is
 * needed.
 */
export async function openStore(text: string, access: StoreAccess): Promise<OpenedStore> {
  const address = parseStoreAddress(text)
  const label = redact(text)
  if ((access === 'read' || access === 'change') && 'dir' in address) requireFolder(address.dir)
  const store = await openOrExplain(address, label, access)
  return { store, label, [Symbol.asyncDispose]: () => store.close() }
}

/** Refuses a folder that is missing: rather a mistyped name than a store to be made. */
export function requireFolder(dir: string): void {
  if (!existsSync(dir)) throw new UsageError(`there is no folder ${dir}`)
}

async function openOrExplain(
  address: StoreAddress,
  label: string,
  access: StoreAccess,
): Promise<ThreadStore> {
  try {
    if (access === 'look' && 'dir' in address && !existsSync(address.dir)) return await openEmpty()
    return await open(address, access)
  } catch (error) {
    if (access === 'look' && isUnused(error)) return await openEmpty()
    throw explained(error, label)
  }
}

/** An open Codex home. */
interface OpenedHome extends AsyncDisposable {
  readonly store: LocalThreadStore
  readonly label: string
}

/** Opens a Codex home for what only a home can do. */
export async function openHome(
  text: string,
  access: 'read' | 'write' = 'read',
): Promise<OpenedHome> {
  const address = parseStoreAddress(text)
  if (address.kind !== 'local') throw new UsageError(`${redact(text)} is no Codex home`)
  requireFolder(address.dir)
  const { openLocalStore } = await import('../../src/stores/local/open-local-store.js')
  try {
    const store = await openLocalStore(localOptions(address.dir, access === 'read'))
    return { store, label: text, [Symbol.asyncDispose]: () => store.close() }
  } catch (error) {
    throw explained(error, text)
  }
}

function explained(error: unknown, label: string): Error {
  if (error instanceof UsageError) return error
  if (ThreadStoreError.is(error, 'INVALID_REQUEST') && !isShut(error)) {
    return new UsageError(error.message)
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new UnreachableError(redact(`${label} cannot be opened: ${reason}`), { cause: error })
}

/** There is such a store, and it does not let us in. */
function isShut({ details }: ThreadStoreError): boolean {
  return details.reason === 'unauthorized' || details.reason === 'forbidden'
}

/** A database in which nothing was ever stored is as good as an empty store. */
function isUnused(error: unknown): boolean {
  return ThreadStoreError.is(error, 'UNSUPPORTED') && error.details.reason === 'schema-version'
}

async function openEmpty(): Promise<ThreadStore> {
  const { openMemoryStore } = await import('../../src/stores/memory/memory-thread-store.js')
  return openMemoryStore()
}

async function open(address: StoreAddress, access: StoreAccess): Promise<ThreadStore> {
  switch (address.kind) {
    case 'memory':
      return await openEmpty()
    case 'pglite': {
      const { openPgliteStore } = await import('../../src/stores/postgres/open-pglite-store.js')
      return await openPgliteStore({ dir: address.dir, ...databaseOptions(address, access) })
    }
    case 'postgres': {
      const { openPostgresStore } = await import('../../src/stores/postgres/open-postgres-store.js')
      return await openPostgresStore({ url: address.url, ...databaseOptions(address, access) })
    }
    case 'http': {
      const { openHttpStore } = await import('../../src/stores/http/open-http-store.js')
      return await openHttpStore(httpOptions(address))
    }
    case 'local': {
      const { openLocalStore } = await import('../../src/stores/local/open-local-store.js')
      if (access === 'write') makeHome(address.dir)
      return await openLocalStore(localOptions(address.dir, isReadOnly(access)))
    }
  }
}

function isReadOnly(access: StoreAccess): boolean {
  return access === 'read' || access === 'look'
}

/** A home is nobody else's business, as Codex makes it. */
function makeHome(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new UsageError(`${dir} cannot be made: ${error instanceof Error ? error.message : ''}`)
  }
}

function localOptions(home: string, readOnly: boolean): LocalStoreOptions {
  return { home, readOnly, ...toldSqliteHome(home) }
}

function databaseOptions(
  { namespace }: { readonly namespace: string | null },
  access: StoreAccess,
): { namespace?: string; applySchema: boolean } {
  return { applySchema: !isReadOnly(access), ...(namespace !== null && { namespace }) }
}
