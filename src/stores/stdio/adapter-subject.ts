import type { ThreadStore } from '../../store/thread-store.js'
import type { ServedStorage } from './serve-stdio.js'
import { type StdioAdapter, type StdioAdapterOptions, startAdapter } from './start-adapter.js'

/** An adapter as a subject of the conformance suite; the doors it lacks are absent. */
export interface AdapterSubject extends AsyncDisposable {
  readonly name: string
  readonly version?: string
  readonly open: (storage: ServedStorage) => Promise<ThreadStore>
  readonly openSecond?: (storage: ServedStorage) => Promise<ThreadStore>
  readonly reopen?: (storage: ServedStorage) => Promise<ThreadStore>
  readonly destroy?: (storage: ServedStorage) => Promise<void>
  /** Starts another process of the adapter. */
  readonly spawn: () => Promise<StdioAdapter>
}

/**
 * Starts an adapter to be tested. One process serves the whole run; when it dies, the case at hand
 * fails and the next one gets a new process. Disposing of the subject ends the process.
 */
export async function adapterSubject(options: StdioAdapterOptions): Promise<AdapterSubject> {
  const spawn = (): Promise<StdioAdapter> => startAdapter(options)
  let current = await spawn()
  let starting: Promise<void> | null = null
  const running = async (): Promise<StdioAdapter> => {
    if (!current.running) {
      starting ??= spawn()
        .then((started) => {
          current = started
        })
        .finally(() => {
          starting = null
        })
      await starting
    }
    return current
  }
  const { name, version, doors } = current
  return {
    name,
    ...(version !== null && { version }),
    open: async (storage) => (await running()).open(storage),
    ...(doors.includes('second') && {
      openSecond: async (storage) => (await running()).openSecond(storage),
    }),
    ...(doors.includes('reopen') && {
      reopen: async (storage) => (await running()).reopen(storage),
    }),
    ...(doors.includes('destroy') && {
      destroy: async (storage) => (await running()).destroy(storage),
    }),
    spawn,
    [Symbol.asyncDispose]: async () => {
      await starting?.catch(() => {})
      await current.close()
    },
  }
}
