import { ThreadStoreError, threadNotFound } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { materializes, writers } from '../claims.js'
import { altered, alteredVerbs, call, remembered, withItems } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = writers('multi-handle')

/** Every handle of the storage, the first one first. */
function handlesOf(memory: Map<string, unknown>, store: ThreadStore): ThreadStore[] {
  const handles = (memory.get('handles') as ThreadStore[] | undefined) ?? []
  handles.push(store)
  memory.set('handles', handles)
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
      return altered(hiding, {
        createThread: async (params) => {
          await store.createThread(params)
          own.add(params.threadId)
          created.add(params.threadId)
        },
        resumeThread: async (params) => {
          await store.resumeThread(params)
          own.add(params.threadId)
          closed.add(params.threadId)
        },
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          closed.add(params.threadId)
        },
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
      const own = new Set<string>()
      const visible = (threadId: string): boolean => own.has(threadId) || known.has(threadId)
      const hiding = alteredVerbs(store, ['readThread', 'loadHistory'], async (verb, params) => {
        const { threadId } = params as { threadId: string }
        const created = remembered(world, 'created', () => new Set<string>())
        if (created.has(threadId) && !visible(threadId)) throw threadNotFound(threadId)
        return call(store, verb, params)
      })
      return altered(hiding, {
        createThread: async (params) => {
          await store.createThread(params)
          own.add(params.threadId)
          remembered(world, 'created', () => new Set<string>()).add(params.threadId)
        },
        flushThread: async (params) => {
          await store.flushThread(params)
          known.add(params.threadId)
        },
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          known.add(params.threadId)
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
    wrap: (store, { memory }) => {
      const handles = handlesOf(memory, store)
      return altered(store, {
        resumeThread: async (params) => {
          try {
            await store.resumeThread(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'already-live')
              throw reason
            for (const other of handles) {
              if (other !== store) await other.discardThread(params)
            }
            await store.resumeThread(params)
          }
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
    wrap: (store, { memory }) => {
      const handles = handlesOf(memory, store)
      return altered(store, {
        appendItems: async (params) => {
          try {
            await store.appendItems(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'not-live') throw reason
            const others = handles.filter((other) => other !== store)
            for (const other of others) {
              if (await accepts(() => other.appendItems(params))) return
            }
            throw reason
          }
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
    wrap: (store, { memory }) => {
      const handles = handlesOf(memory, store)
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
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          own.add(params.threadId)
        },
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          own.delete(params.threadId)
        },
        discardThread: async (params) => {
          await store.discardThread(params)
          own.delete(params.threadId)
        },
        close: async () => {
          for (const threadId of own) held.add(threadId)
          await store.close()
        },
        resumeThread: async (params) => {
          if (held.has(params.threadId)) {
            const details = { reason: 'already-live', threadId: params.threadId } as const
            throw new ThreadStoreError('CONFLICT', 'held by a handle that is gone', details)
          }
          await store.resumeThread(params)
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
    wrap: (store, { memory }) => {
      const handles = handlesOf(memory, store)
      const created = remembered(
        { door: 'open', elsewhere: false, memory },
        'all',
        () => new Set<string>(),
      )
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          created.add(params.threadId)
        },
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
    mayAlsoBreak: ['LIFE-22', 'LIST-5'],
    needs: materializes('eager'),
    wrap: (store, world) => {
      const used = remembered(world, 'used', () => new Set<string>())
      const created = remembered(world, 'created', () => new Set<string>())
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          created.add(params.threadId)
        },
        appendItems: async (params) => {
          await store.appendItems(params)
          used.add(params.threadId)
        },
        listThreads: async (params) => {
          const page = await store.listThreads(params)
          const items = page.items.filter(
            ({ threadId }) => used.has(threadId) || !created.has(threadId),
          )
          return { ...page, items }
        },
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
