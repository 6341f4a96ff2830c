import type { FlowServer, FlowSubject } from '../../conformance/flows/subject.js'
import type { Wire, WireListener } from '../../conformance/flows/wire.js'
import { AppServer } from '../../src/app-server/index.js'
import type { ThreadStore } from '../../src/index.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { LiveThread } from '../../src/live/index.js'
import type { PathReader } from '../../src/live/path-reader.js'
import { readGitInfo, responsesModelClient } from '../../src/manager/index.js'

/** Opens the store of a folder; the same folder, the same threads. */
type OpenStore = (folder: string) => Promise<ThreadStore>

/** A namespace for the threads of a folder, where all folders share one database. */
export function namespaceOf(folder: string): string {
  return folder.replaceAll(/\W/g, '_').slice(-40)
}

/** Our app-server in this process: several clients, and a store whose calls are counted. */
export function ourAppServer(name: string, open: OpenStore): FlowSubject {
  return {
    name: `app-server on ${name}`,
    connections: 'several',
    durable: true,
    unloads: true,
    start: async ({ folder, modelUrl, unloadDelayMs }) => {
      const store = await open(folder)
      const calls: string[] = []
      const server = new AppServer({
        store: counted(store, calls),
        paths: store.supports.paths ? (store as ThreadStore & PathReader) : null,
        model: responsesModelClient({ baseUrl: modelUrl }),
        config: { model: 'mock-model', modelProvider: 'mock' },
        gitInfo: readGitInfo,
        cwd: folder,
        version: '0.0.0',
        ...(unloadDelayMs === null ? {} : { unloadDelayMs }),
      })
      return started(server, store, calls)
    },
  }
}

function started(server: AppServer, store: ThreadStore, calls: readonly string[]): FlowServer {
  return {
    connect: () => wireTo(server),
    storeCalls: () => calls,
    spawn: (parentThreadId) => spawn(store, parentThreadId),
    stop: async () => {
      await server.close()
      await store.close()
    },
  }
}

/** Stores a thread as a subagent leaves it behind. */
async function spawn(store: ThreadStore, parentThreadId: string): Promise<string> {
  const threadId = systemIds.newThreadId()
  const source = { subagent: { thread_spawn: { parent_thread_id: parentThreadId, depth: 1 } } }
  const live = await LiveThread.create(
    { store, clock: systemClock },
    { threadId, source, parentThreadId, metadata: { cwd: '/', modelProvider: 'mock' } },
  )
  await live.appendItems([{ type: 'event_msg', payload: { type: 'user_message', message: 'go' } }])
  await live.shutdown()
  return threadId
}

/** A connection without a process: lines are handed over one by one, as over a pipe. */
function wireTo(server: AppServer): Wire {
  let listener: WireListener | null = null
  const waiting: string[] = []
  const connection = server.connect((message) => {
    const line = JSON.stringify(message)
    if (listener === null) waiting.push(line)
    else listener.onLine(line)
  })
  const end = (): void => {
    server.disconnect(connection)
    listener?.onEnd('the connection was closed')
  }
  return {
    write: (line) => void server.receive(connection, line),
    listen: (given) => {
      listener = given
      for (const line of waiting.splice(0)) given.onLine(line)
    },
    close: () => {
      end()
      return Promise.resolve(0)
    },
    kill: end,
  }
}

/** The same store, and a list of what it was asked. */
function counted(store: ThreadStore, calls: string[]): ThreadStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: readonly unknown[]): unknown => {
        const [params] = args
        const whole = JSON.stringify(params ?? null).includes('"includeHistory":true')
        calls.push(`${String(name)}${whole ? ' includeHistory' : ''}`)
        return (value as (...given: readonly unknown[]) => unknown).apply(target, [...args])
      }
    },
  })
}
