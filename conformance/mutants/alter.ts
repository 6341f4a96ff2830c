import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
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

type Params<V extends StoreVerb> = Parameters<ThreadStore[V]>[0]
type Answer<V extends StoreVerb> = Awaited<ReturnType<ThreadStore[V]>>

/** The same store, some verbs of which are asked something else than the caller asked. */
export function asking(
  store: ThreadStore,
  change: { readonly [V in StoreVerb]?: (params: Params<V>) => Params<V> },
): ThreadStore {
  return alteredBy(store, change, (instead, verb) => async (params) => {
    return call(store, verb, instead(params))
  })
}

/** The same store, the answers of some verbs changed. */
export function answering(
  store: ThreadStore,
  change: {
    readonly [V in StoreVerb]?: (
      answer: Answer<V>,
      params: Params<V>,
    ) => Answer<V> | Promise<Answer<V>>
  },
): ThreadStore {
  return alteredBy(store, change, (instead, verb) => async (params) => {
    return instead(await call(store, verb, params), params)
  })
}

/** The same store, which does something after each call of some verbs that worked. */
export function afterwards(
  store: ThreadStore,
  then: { readonly [V in StoreVerb]?: (params: Params<V>, answer: Answer<V>) => unknown },
): ThreadStore {
  return alteredBy(store, then, (act, verb) => async (params) => {
    const answer = await call(store, verb, params)
    await act(params, answer)
    return answer
  })
}

/** The same store, in which some verbs do something else than refuse for a reason. */
export function despite(
  store: ThreadStore,
  why: string,
  instead: {
    readonly [V in StoreVerb]?: (params: Params<V>, refusal: unknown) => Promise<Answer<V>>
  },
): ThreadStore {
  return alteredBy(store, instead, (act, verb) => async (params) => {
    try {
      return await call(store, verb, params)
    } catch (reason) {
      if (ThreadStoreError.is(reason) && reason.details.reason === why) return act(params, reason)
      throw reason
    }
  })
}

type Entry = (...given: readonly unknown[]) => unknown

/** Replaces the verbs that a table names by what is made of their entries. */
function alteredBy(
  store: ThreadStore,
  table: object,
  make: (entry: Entry, verb: StoreVerb) => (params: unknown) => Promise<unknown>,
): ThreadStore {
  const entries = Object.entries(table) as [StoreVerb, Entry][]
  const verbs = entries.map(([verb, entry]) => [verb, make(entry, verb)])
  return altered(store, Object.fromEntries(verbs) as Partial<ThreadStore>)
}

/** The same store, every record it returns changed. */
export function withRecords(
  store: ThreadStore,
  change: (thread: StoredThread) => StoredThread,
): ThreadStore {
  return answering(store, {
    readThread: change,
    updateThreadMetadata: change,
    unarchiveThread: change,
    revertThread: change,
    listThreads: (page) => ({ ...page, items: page.items.map(change) }),
    searchThreads: (page) => ({
      ...page,
      items: page.items.map((found) => ({ ...found, thread: change(found.thread) })),
    }),
    exportThread: (exported) => ({ ...exported, thread: change(exported.thread) }),
  })
}

/** The same store, every history it returns changed. */
export function withItems(
  store: ThreadStore,
  change: (items: readonly RolloutItem[], threadId: string) => readonly RolloutItem[],
): ThreadStore {
  return answering(store, {
    loadHistory: (history, { threadId }) => ({
      ...history,
      items: change(history.items, threadId),
    }),
    readThread: (thread, { threadId }) => {
      const { history } = thread
      if (history === null) return thread
      return { ...thread, history: { ...history, items: change(history.items, threadId) } }
    },
  })
}

/** The same store, what is appended changed. */
export function appending(
  store: ThreadStore,
  change: (items: readonly RolloutItem[]) => readonly RolloutItem[],
): ThreadStore {
  return asking(store, {
    appendItems: (params) => ({ ...params, items: change(params.items) }),
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

/** A time before every thread of a case. */
export const past = '1999-01-01T00:00:00.000Z'

/** Does nothing, successfully. */
export const nothing = (): Promise<void> => Promise.resolve()

/** Lets everybody else go first, several times over. */
export async function yieldOften(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** Whether this handle is the thread’s writer: who can flush it is. */
export async function isLive(store: ThreadStore, threadId: string): Promise<boolean> {
  try {
    await store.flushThread({ threadId })
    return true
  } catch {
    return false
  }
}
