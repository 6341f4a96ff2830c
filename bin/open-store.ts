import { existsSync } from 'node:fs'
import type { ThreadStore } from '../src/index.js'
import { UnreachableError } from './failures.js'
import { type StoreAddress, parseStoreAddress, redact } from './store-address.js'
import { UsageError } from './usage-error.js'

/** A store that a command was pointed at. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: ThreadStore
  /** The address, fit to be shown. */
  readonly label: string
}

/**
 * `read`: nothing about the store changes, and it has to exist. `look`: the same, but a store that
 * does not exist is an empty one. `write`: it is made where it is missing.
 */
export type StoreAccess = 'read' | 'look' | 'write'

/**
 * Opens the store at an address. Drivers are loaded here and nowhere else, each only when it is
 * needed.
 */
export async function openStore(text: string, access: StoreAccess): Promise<OpenedStore> {
  const address = parseStoreAddress(text)
  const label = redact(text)
  if (access === 'read' && 'dir' in address) requireFolder(address.dir)
  try {
    const store = await open(address, access)
    return { store, label, [Symbol.asyncDispose]: () => store.close() }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new UnreachableError(redact(`${label} cannot be opened: ${reason}`), { cause: error })
  }
}

function requireFolder(dir: string): void {
  if (!existsSync(dir)) throw new UsageError(`there is no folder ${dir}`)
}

async function open(address: StoreAddress, _access: StoreAccess): Promise<ThreadStore> {
  switch (address.kind) {
    case 'memory': {
      const { openMemoryStore } = await import('../src/stores/memory/memory-thread-store.js')
      return openMemoryStore()
    }
    case 'local':
    case 'pglite':
    case 'postgres':
      throw new UsageError(`${address.kind} stores cannot be opened yet`)
  }
}
