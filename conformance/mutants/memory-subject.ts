import type { StoreSubject } from '../subject.js'
import { MemoryStorage } from '../../src/stores/memory/memory-storage.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'

/** The reference store as a subject: a scope’s storage lives in a map until it is destroyed. */
export function memorySubject(): StoreSubject {
  const storages = new Map<string, MemoryStorage>()
  const storageOf = (scope: string): MemoryStorage => {
    const storage = storages.get(scope) ?? new MemoryStorage()
    storages.set(scope, storage)
    return storage
  }
  const open: StoreSubject['open'] = ({ scope }) =>
    Promise.resolve(openMemoryStore({ storage: storageOf(scope) }))
  return {
    name: 'memory',
    open,
    openSecond: open,
    reopen: open,
    destroy: ({ scope }) => {
      storages.delete(scope)
      return Promise.resolve()
    },
  }
}
