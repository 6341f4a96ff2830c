import { alreadyLive, threadNotFound } from '../../src/store/errors.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { materializes, writers } from '../claims.js'
import {
  afterwards,
  altered,
  alteredVerbs,
  answering,
  asking,
  call,
  despite,
  remembered,
  withItems,
} from './alter.js'
import type { Mutant, MutantWorld } from './mutant.js'

const needs = writers('multi-handle')

/** Every handle of the storage, the first one first; this one is the last. */
function handlesOf(world: MutantWorld, store: ThreadStore): readonly ThreadStore[] {
  const handles = remembered(world, 'handles', (): ThreadStore[] => [])
  handles.push(store)
  return handles
}

/** Defects in what handles on one storage promise each other. */
export const handleMutants: readonly Mutant[] = [
  {
    id: 'flushed-is-not-shared',
    breaks: 'what one handle flushed is invisible to another until the thread is shut down',
    violates: 'LIFE-9',
    mayAlsoBreak: [
      'LIFE-14',
      'LIFE-17',
      'LIFE-22',
      'CONC-1',
      'CONC-3',
      'LIFE-6',
      'LIFE-20',
      'CRASH-1',
      'CONC-6',
    ],
    needs,
    wrap: (store, world) => {
      const closed = remembered(world, 'closed', () => new Set<string>())
      const created = remembered(world, 'created', () => new Set<string>())
      const own = new Set<string>()
      const hiding = withItems(store, (items, threadId) =>
        own.has(threadId) || closed.has(threadId) || !created.has(threadId)
          ? items
          : items.slice(0, 1),
      )
      return afterwards(hiding, {
        createThread: ({ threadId }) => own.add(threadId) && created.add(threadId),
        resumeThread: ({ threadId }) => own.add(threadId) && closed.add(threadId),
        shutdownThread: ({ threadId }) => closed.add(threadId),
      })
    },
  },
  {
    id: 'persisted-is-not-shared',
    breaks: 'a thread that was persisted is unknown to other handles until it is flushed',
    violates: 'LIFE-22',
    mayAlsoBreak: [
      'LIFE-19',
      'LIFE-14',
      'LIFE-6',
      'LIFE-17',
      'CONC-1',
      'CONC-3',
      'LIFE-20',
      'CRASH-1',
      'CONC-4',
      'CONC-6',
      'CONC-7',
    ],
    needs,
    wrap: (store, world) => {
      const known = remembered(world, 'known', () => new Set<string>())
      const created = remembered(world, 'created', () => new Set<string>())
      const own = new Set<string>()
      const hiding = alteredVerbs(
        store,
        ['readThread', 'loadHistory'],
        async (verb, params: { readonly threadId: string }) => {
          const { threadId } = params
          if (created.has(threadId) && !own.has(threadId) && !known.has(threadId))
            throw threadNotFound(threadId)
          return call(store, verb, params)
        },
      )
      return afterwards(hiding, {
        createThread: ({ threadId }) => own.add(threadId) && created.add(threadId),
        flushThread: ({ threadId }) => known.add(threadId),
        shutdownThread: ({ threadId }) => known.add(threadId),
      })
    },
  },
  {
    id: 'records-are-cached-by-handle',
    breaks: 'a handle that read a record gives it again until it changes the thread itself',
    violates: 'CONC-6',
    mayAlsoBreak: 'everything',
    needs,
    wrap: (store) => {
      const cache = new Map<string, StoredThread>()
      const forget = ({ threadId }: { readonly threadId: string }): unknown =>
        cache.delete(threadId)
      const forgetting = afterwards(store, {
        updateThreadMetadata: forget,
        archiveThread: forget,
        unarchiveThread: forget,
        revertThread: forget,
        deleteThread: forget,
        importThread: () => cache.clear(),
      })
      return answering(forgetting, {
        readThread: (thread, { threadId, includeHistory, includeRollouts }) => {
          if (includeHistory || includeRollouts) return thread
          const earlier = cache.get(threadId) ?? structuredClone(thread)
          cache.set(threadId, earlier)
          return structuredClone(earlier)
        },
      })
    },
  },
  {
    id: 'resume-steals-writer',
    breaks: 'resuming a thread that is live on another handle takes its writer away',
    violates: 'LIFE-6',
    mayAlsoBreak: ['LIFE-14', 'LIFE-5', 'CONC-4'],
    needs,
    seenIn: 'openai/codex#38629',
    wrap: (store, world) => {
      const handles = handlesOf(world, store)
      return despite(store, 'already-live', {
        resumeThread: async (params) => {
          for (const other of handles) if (other !== store) await other.discardThread(params)
          await store.resumeThread(params)
        },
      })
    },
  },
  {
    id: 'appends-without-ownership',
    breaks: 'a handle appends to a thread that is live on another',
    violates: 'LIFE-6',
    mayAlsoBreak: ['LIFE-15', 'CONC-4'],
    needs,
    seenIn: 'openai/codex#33241',
    wrap: (store, world) => {
      const handles = handlesOf(world, store)
      return despite(store, 'not-live', {
        appendItems: async (params, refusal) => {
          for (const other of handles.filter((handle) => handle !== store)) {
            if (await accepts(() => other.appendItems(params))) return
          }
          throw refusal
        },
      })
    },
  },
  {
    id: 'discard-releases-others',
    breaks: 'discarding a thread on one handle closes the writer of another',
    violates: 'LIFE-14',
    mayAlsoBreak: ['LIFE-18', 'CONC-4'],
    needs,
    wrap: (store, world) => {
      const handles = handlesOf(world, store)
      return altered(store, {
        discardThread: async (params) => {
          for (const each of handles) await each.discardThread(params).catch(() => {})
        },
      })
    },
  },
  {
    id: 'close-keeps-writers',
    breaks: 'a closed handle keeps its writers',
    violates: 'LIFE-17',
    mayAlsoBreak: ['CRASH-1', 'CRASH-2'],
    needs,
    wrap: (store, world) => {
      const held = remembered(world, 'held', () => new Set<string>())
      const own = new Set<string>()
      const holding = asking(store, {
        resumeThread: (params) => {
          if (held.has(params.threadId)) throw alreadyLive(params.threadId, 'a handle that is gone')
          return params
        },
      })
      const knowing = afterwards(holding, {
        createThread: ({ threadId }) => own.add(threadId),
        shutdownThread: ({ threadId }) => own.delete(threadId),
        discardThread: ({ threadId }) => own.delete(threadId),
      })
      return altered(knowing, {
        close: async () => {
          for (const threadId of own) held.add(threadId)
          await store.close()
        },
      })
    },
  },
  {
    id: 'close-releases-all',
    breaks: 'closing one handle lets go of the writers of all',
    violates: 'LIFE-17',
    mayAlsoBreak: ['CRASH-1', 'CRASH-2'],
    needs,
    wrap: (store, world) => {
      const handles = handlesOf(world, store)
      const created = remembered(world, 'created', () => new Set<string>())
      const knowing = afterwards(store, { createThread: ({ threadId }) => created.add(threadId) })
      return altered(knowing, {
        close: async () => {
          for (const each of handles) {
            for (const threadId of created) await each.discardThread({ threadId }).catch(() => {})
          }
          await store.close()
        },
      })
    },
  },
  {
    id: 'eager-is-lazy',
    breaks: 'a store that says it is eager lists a thread only once it has an item',
    violates: 'LIFE-19',
    mayAlsoBreak: ['LIFE-22', 'LIST-5', 'LIST-6'],
    needs: materializes('eager'),
    wrap: (store, world) => {
      const unused = remembered(world, 'unused', () => new Set<string>())
      const hiding = answering(store, {
        listThreads: (page) => ({
          ...page,
          items: page.items.filter(({ threadId }) => !unused.has(threadId)),
        }),
      })
      return afterwards(hiding, {
        createThread: ({ threadId }) => unused.add(threadId),
        appendItems: ({ threadId }) => unused.delete(threadId),
      })
    },
  },
]

async function accepts(run: () => Promise<void>): Promise<boolean> {
  try {
    await run()
    return true
  } catch {
    return false
  }
}
