import { MemoryStorage, openMemoryStore } from 'threadstore/memory'
import { serveStdio } from 'threadstore/stdio'

// Serves the reference store: `threadstore conformance "exec:node examples/stdio-adapter.ts"`.
const storages = new Map<string, MemoryStorage>()
const open = ({ scope }: { scope: string }) => {
  const storage = storages.get(scope) ?? new MemoryStorage()
  storages.set(scope, storage)
  return openMemoryStore({ storage })
}
const destroy = ({ scope }: { scope: string }) => storages.delete(scope)
const store = { name: 'memory over stdio', open, openSecond: open, reopen: open, destroy }
await serveStdio(store, process.stdin, process.stdout)
