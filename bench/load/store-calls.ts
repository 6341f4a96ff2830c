import { systemIds } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { copyThread } from './copy-thread.js'

/** Calls of one kind on the threads of a store, many enough to be measured. */
interface StoreCalls {
  readonly name: string
  /** @param home - where the threads come from */
  readonly run: (
    store: ThreadStore,
    home: ThreadStore,
    threadIds: readonly string[],
  ) => Promise<void>
}

/** Calls under way at once. */
const AT_ONCE = 8
const PAGES = 40
const PAGE_SIZE = 100
const TURNS = 20
const APPENDS = 40
const APPENDED_ITEMS = 10

/** The calls that matter for speed; the first one stores what the others read. */
export const storeCalls: readonly StoreCalls[] = [
  { name: 'import', run: (store, home, ids) => eachOf(ids, (id) => copyThread(home, store, id)) },
  { name: 'export', run: (store, _home, ids) => eachOf(ids, (id) => exportWhole(store, id)) },
  {
    name: 'read',
    run: (store, _home, ids) =>
      eachOf(ids, (threadId) => store.readThread({ threadId, includeHistory: true })),
  },
  {
    name: 'history',
    run: (store, _home, ids) => eachOf(ids, (threadId) => store.loadHistory({ threadId })),
  },
  {
    name: 'list',
    run: (store) => eachOf(Array(PAGES).keys(), () => store.listThreads({ pageSize: PAGE_SIZE })),
  },
  {
    name: 'turns',
    run: (store, _home, ids) =>
      eachOf(ids, (threadId) => store.listTurns({ threadId, pageSize: TURNS, itemsView: 'full' })),
  },
  { name: 'append', run: appendToSome },
]

/** The ids of the threads that are stored, newest first. */
export async function threadIdsIn(store: ThreadStore): Promise<string[]> {
  const { items } = await store.listThreads({ pageSize: 1_000 })
  return items.map(({ threadId }) => threadId)
}

async function exportWhole(store: ThreadStore, threadId: string): Promise<void> {
  const { rollouts } = await store.exportThread({ threadId })
  let length = 0
  for (const rollout of rollouts) {
    for await (const chunk of rollout.read()) length += chunk.length
  }
  if (length === 0) throw new Error(`thread ${threadId} was exported without a byte`)
}

async function appendToSome(
  store: ThreadStore,
  home: ThreadStore,
  ids: readonly string[],
): Promise<void> {
  const { items } = await home.loadHistory({ threadId: ids[0] ?? '' })
  const batch = items.slice(-APPENDED_ITEMS)
  await eachOf(Array(AT_ONCE).keys(), async () => {
    const threadId = systemIds.newThreadId()
    const metadata = { cwd: '/', modelProvider: 'mock' }
    await store.createThread({ threadId, source: 'cli', metadata })
    for (let n = 0; n < APPENDS; n += 1) await store.appendItems({ threadId, items: batch })
    await store.shutdownThread({ threadId })
  })
}

/** A few at a time. */
async function eachOf<T>(values: Iterable<T>, work: (value: T) => Promise<unknown>): Promise<void> {
  const left = values[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
