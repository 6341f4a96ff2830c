export { type AdapterSubject, adapterSubject } from './adapter-subject.js'
export type { AdapterDoor, AdapterFacts } from './adapter.js'
export {
  type ServedStorage,
  type ServedStore,
  type ServeStdioOptions,
  serveStdio,
} from './serve-stdio.js'
export {
  type AdapterStorage,
  type StdioAdapter,
  type StdioAdapterOptions,
  type StdioStoreOptions,
  openStdioStore,
  startAdapter,
} from './start-adapter.js'
