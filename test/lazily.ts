import { checked } from '../src/store/checked.js'
import { threadNotFound } from '../src/store/errors.js'
import type { StoredThread } from '../src/store/records.js'
import { threadListPage } from '../src/store/thread-list.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../src/store/thread-store.js'
import type { StoreSubject } from '../conformance/subject.js'
import { altered, alteredVerbs, call, remembered } from '../conformance/mutants/alter.js'
import { everything } from '../conformance/mutants/alter-list.js'
import { wrapped } from '../conformance/mutants/mutated.js'

/** Calls that make a thread one that was used. */
const uses: readonly StoreVerb[] = ['persistThread', 'updateThreadMetadata', 'archiveThread']

/**
 * The subject with a lazy store: a thread that was not used yet is hidden from other handles and
 * from lists, and goes when its writer is closed. Needs a store that deletes.
 */
export function lazily(subject: StoreSubject): StoreSubject {
  return wrapped(subject, `${subject.name}, lazily`, (store, world) => {
    const drafts = remembered(world, 'drafts', () => new Map<string, symbol>())
    return checked(lazy(store, drafts, Symbol('handle')))
  })
}

function lazy(store: ThreadStore, drafts: Map<string, symbol>, handle: symbol): ThreadStore {
  const isOwn = (threadId: string): boolean => drafts.get(threadId) === handle
  const drop = async (threadId: string): Promise<void> => {
    drafts.delete(threadId)
    await store.discardThread({ threadId })
    await store.deleteThread({ threadId })
  }
  const hiding = alteredVerbs(store, storeVerbs, async (verb, params) => {
    const { threadId } = { ...(params as { threadId?: string }) }
    const hidden = threadId !== undefined && drafts.has(threadId) && !isOwn(threadId)
    if (hidden && verb !== 'createThread' && verb !== 'discardThread')
      throw threadNotFound(threadId)
    const result = await call(store, verb, params)
    if (threadId !== undefined && uses.includes(verb) && isOwn(threadId)) drafts.delete(threadId)
    return result
  })
  return altered(hiding, {
    supports: { ...store.supports, materialization: 'lazy' },
    createThread: async (params) => {
      await store.createThread(params)
      drafts.set(params.threadId, handle)
    },
    appendItems: async (params) => {
      await hiding.appendItems(params)
      if (params.items.length > 0 && isOwn(params.threadId)) drafts.delete(params.threadId)
    },
    shutdownThread: async (params) => {
      if (isOwn(params.threadId)) await drop(params.threadId)
      else await hiding.shutdownThread(params)
    },
    discardThread: async (params) => {
      if (isOwn(params.threadId)) await drop(params.threadId)
      else await hiding.discardThread(params)
    },
    listThreads: async (params) => {
      if (drafts.size === 0) return store.listThreads(params)
      const threads = (await everything(store, params)).filter(
        ({ threadId }) => !drafts.has(threadId),
      )
      const { records, nextCursor } = threadListPage(threads, params)
      return { items: records as StoredThread[], nextCursor }
    },
    close: async () => {
      for (const [threadId, owner] of drafts) if (owner === handle) await drop(threadId)
      await store.close()
    },
  })
}
