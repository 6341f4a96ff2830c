import { MemoryStorage, openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import type { StoresBehind } from './http-subject.js'

/** The reference store behind a server, with fresh storage for every scope. */
export function memoryBehind(): StoresBehind {
  const storages = new Map<string, MemoryStorage>()
  return {
    open: (scope) => {
      const storage = storages.get(scope) ?? new MemoryStorage()
      storages.set(scope, storage)
      return Promise.resolve(openMemoryStore({ storage }))
    },
    destroy: (scope) => {
      storages.delete(scope)
      return Promise.resolve()
    },
  }
}
