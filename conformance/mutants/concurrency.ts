import { notLive } from '../../src/store/errors.js'
import type { AppendThreadItemsParams } from '../../src/store/params.js'
import type { StoredThreadHistory } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { writers } from '../claims.js'
import { recordOf } from '../observe.js'
import { afterwards, altered, alteredVerbs, call, remembered, yieldOften } from './alter.js'
import { given } from './alter-patch.js'
import type { Mutant } from './mutant.js'

/** Defects that only overlapping calls show. */
export const concurrencyMutants: readonly Mutant[] = [
  {
    id: 'overlapping-appends-are-torn',
    breaks: 'a batch is stored item by item, and others come in between',
    violates: 'CONC-1',
    mayAlsoBreak: ['CONC-2', 'CONC-3', 'APPEND-6', 'HIST-8', 'VAL-7', 'HIST-4'],
    wrap: (store) =>
      altered(store, {
        appendItems: async (params) => {
          if (params.items.length === 0 || params.items.length > 100)
            return store.appendItems(params)
          for (const item of params.items) {
            await store.appendItems({ ...params, items: [item] })
            await yieldOften()
          }
        },
      }),
  },
  {
    id: 'overlapping-appends-are-lost',
    breaks: 'of appends that overlap the last one wins',
    violates: 'CONC-1',
    mayAlsoBreak: ['CONC-2', 'CONC-4'],
    seenIn: 'a whole-file rewrite',
    wrap: (store) => {
      const latest = new Map<string, AppendThreadItemsParams>()
      return altered(store, {
        appendItems: async (params) => {
          latest.set(params.threadId, params)
          await yieldOften()
          if (latest.get(params.threadId) === params) await store.appendItems(params)
        },
      })
    },
  },
  {
    id: 'appends-overtake',
    breaks: 'a large batch is overtaken by a small one that was issued later',
    violates: 'CONC-2',
    wrap: (store) => {
      let calls = 0
      return altered(store, {
        appendItems: async (params) => {
          calls += 1
          if (calls % 2 === 0) await yieldOften()
          await store.appendItems(params)
        },
      })
    },
  },
  {
    id: 'reads-see-half-a-batch',
    breaks: 'a read beside an append sees the first item of the batch',
    violates: 'CONC-3',
    mayAlsoBreak: ['HIST-4', 'CONC-1', 'CONC-2', 'APPEND-6', 'HIST-8', 'VAL-7'],
    wrap: (store) =>
      altered(store, {
        appendItems: async (params) => {
          if (params.items.length < 2) return store.appendItems(params)
          await store.appendItems({ ...params, items: params.items.slice(0, 1) })
          await yieldOften()
          await store.appendItems({ ...params, items: params.items.slice(1) })
        },
      }),
  },
  {
    id: 'creates-race',
    breaks: 'two creates at the same time both succeed',
    violates: 'CONC-4',
    wrap: (store) => ignoringOverlaps(store, 'createThread', new Set()),
  },
  {
    id: 'writer-known-late',
    breaks: 'a thread is there before the handle that creates it knows that it is its writer',
    violates: 'CONC-4',
    wrap: (store) => {
      const creating = new Set<string>()
      const refusing = alteredVerbs(
        store,
        ['appendItems', 'persistThread'],
        async (verb, params: { readonly threadId: string }) => {
          if (creating.has(params.threadId)) throw notLive(params.threadId)
          return call(store, verb, params)
        },
      )
      return afterwards(refusing, {
        createThread: async ({ threadId }) => {
          creating.add(threadId)
          await yieldOften()
          creating.delete(threadId)
        },
      })
    },
  },
  {
    id: 'resumes-race',
    breaks: 'two resumes at the same time both succeed',
    violates: 'CONC-4',
    needs: writers('multi-handle'),
    seenIn: 'openai/codex#33241',
    wrap: (store, world) => {
      const resuming = remembered(world, 'resuming', () => new Set<string>())
      return ignoringOverlaps(store, 'resumeThread', resuming)
    },
  },
  {
    id: 'threads-share-a-buffer',
    breaks: 'an append that overlaps one of another thread lands there',
    violates: 'CONC-5',
    mayAlsoBreak: ['CONC-1'],
    wrap: (store) => {
      let current: string | null = null
      return altered(store, {
        appendItems: async (params) => {
          current = params.threadId
          await yieldOften()
          const threadId = current ?? params.threadId
          try {
            await store.appendItems({ ...params, threadId })
          } catch {
            await store.appendItems(params)
          }
        },
      })
    },
  },
  {
    id: 'reads-go-back',
    breaks: 'a read beside an append gives the history of an earlier read again',
    violates: 'CONC-6',
    mayAlsoBreak: ['CONC-3', 'HIST-4', 'HIST-8'],
    seenIn: 'a cache in front of a replica',
    wrap: (store) => {
      const known = new Map<string, StoredThreadHistory>()
      let appending = 0
      return altered(store, {
        appendItems: async (params) => {
          appending += 1
          try {
            await store.appendItems(params)
            await yieldOften()
          } finally {
            appending -= 1
          }
        },
        loadHistory: async (params) => {
          const earlier = known.get(params.threadId)
          if (appending > 0 && earlier !== undefined) return earlier
          const history = await store.loadHistory(params)
          known.set(params.threadId, history)
          return history
        },
      })
    },
  },
  {
    id: 'overlapping-patches-are-lost',
    breaks: 'of patches that overlap the last one puts the other fields back',
    violates: 'CONC-7',
    mayAlsoBreak: ['META-16'],
    seenIn: 'openai/codex#21873',
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const { name, model } = await recordOf(store, params.threadId)
          await yieldOften()
          const whole = { name, ...(model !== null && { model }), ...params.patch }
          return store.updateThreadMetadata({ ...params, patch: whole })
        },
      }),
  },
  {
    id: 'git-patches-race',
    breaks: 'of git patches that overlap the last one puts the other git fields back',
    violates: 'META-16',
    mayAlsoBreak: ['CONC-7'],
    wrap: (store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const { threadId, patch } = params
          if (!patch.gitInfo) return store.updateThreadMetadata(params)
          const { gitInfo } = await recordOf(store, threadId)
          await yieldOften()
          const whole = { ...gitInfo, ...given(patch.gitInfo) }
          return store.updateThreadMetadata({ ...params, patch: { ...patch, gitInfo: whole } })
        },
      }),
  },
]

/** A call that overlaps another of the same thread succeeds, and does nothing. */
function ignoringOverlaps(
  store: ThreadStore,
  verb: 'createThread' | 'resumeThread',
  underWay: Set<string>,
): ThreadStore {
  return alteredVerbs(store, [verb], async (_verb, params: { readonly threadId: string }) => {
    const { threadId } = params
    if (underWay.has(threadId)) return
    underWay.add(threadId)
    await yieldOften()
    try {
      await call(store, verb, params)
    } finally {
      underWay.delete(threadId)
    }
  })
}
