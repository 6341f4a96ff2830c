import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'
import type { MutantWorld } from './mutant.js'

/** Stores whose functions work without `this`, so that a copy that has them is the same store. */
const loose = new WeakSet<ThreadStore>()

/** The same store, as an object whose functions can be taken over one by one. */
export function loosened(store: ThreadStore): ThreadStore {
  if (loose.has(store)) return store
  const verbs = storeVerbs.map((verb) => [verb, (params: unknown) => call(store, verb, params)])
  const result: ThreadStore = {
    ...(Object.fromEntries(verbs) as Pick<ThreadStore, StoreVerb>),
    supports: store.supports,
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
  loose.add(result)
  return result
}

/** The same store with some of its methods replaced; the others are the very same functions. */
export function altered(store: ThreadStore, changes: Partial<ThreadStore>): ThreadStore {
  const result: ThreadStore = {
    ...loosened(store),
    [Symbol.asyncDispose]: () => result.close(),
    ...changes,
  }
  loose.add(result)
  return result
}

/** Any verb with any params, for changes that are the same for several verbs. */
export function call(store: ThreadStore, verb: StoreVerb, params: unknown): Promise<unknown> {
  return (store[verb] as (params: unknown) => Promise<unknown>)(params)
}

/** The same store with several verbs replaced in the same way. */
export function alteredVerbs(
  store: ThreadStore,
  verbs: readonly StoreVerb[],
  change: (verb: StoreVerb, params: never) => Promise<unknown>,
): ThreadStore {
  const changed = verbs.map((verb) => [verb, (params: never) => change(verb, params)])
  return altered(store, Object.fromEntries(changed) as Partial<ThreadStore>)
}

/** The same store, every record it returns changed. */
export function withRecords(
  store: ThreadStore,
  change: (thread: StoredThread) => StoredThread,
): ThreadStore {
  return altered(store, {
    readThread: async (params) => change(await store.readThread(params)),
    updateThreadMetadata: async (params) => change(await store.updateThreadMetadata(params)),
    unarchiveThread: async (params) => change(await store.unarchiveThread(params)),
    revertThread: async (params) => change(await store.revertThread(params)),
    listThreads: async (params) => {
      const page = await store.listThreads(params)
      return { ...page, items: page.items.map(change) }
    },
    searchThreads: async (params) => {
      const page = await store.searchThreads(params)
      return { ...page, items: page.items.map((it) => ({ ...it, thread: change(it.thread) })) }
    },
    exportThread: async (params) => {
      const exported = await store.exportThread(params)
      return { ...exported, thread: change(exported.thread) }
    },
  })
}

/** The same store, every history it returns changed. */
export function withItems(
  store: ThreadStore,
  change: (items: readonly RolloutItem[], threadId: string) => readonly RolloutItem[],
): ThreadStore {
  return altered(store, {
    loadHistory: async (params) => {
      const history = await store.loadHistory(params)
      return { ...history, items: change(history.items, params.threadId) }
    },
    readThread: async (params) => {
      const thread = await store.readThread(params)
      if (thread.history === null) return thread
      const items = change(thread.history.items, params.threadId)
      return { ...thread, history: { ...thread.history, items } }
    },
  })
}

/** A value of the storage, made when it is first asked for. */
export function remembered<T>({ memory }: MutantWorld, key: string, make: () => T): T {
  if (!memory.has(key)) memory.set(key, make())
  return memory.get(key) as T
}

/** Patches a thread wherever it is, as a store does that writes what it was not told to. */
export async function meddle(
  store: ThreadStore,
  threadId: string,
  patch: Parameters<ThreadStore['updateThreadMetadata']>[0]['patch'],
): Promise<void> {
  await store.updateThreadMetadata({ threadId, patch, includeArchived: true })
}

/** Lets everybody else go first, several times over. */
export async function yieldOften(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
