import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { StoredThread } from '../../src/store/records.js'
import type { StoreVerb, ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import {
  altered,
  alteredVerbs,
  call,
  meddle,
  remembered,
  withItems,
  withRecords,
  yieldOften,
} from './alter.js'
import type { Mutant } from './mutant.js'

/** Replaces the history that comes with a record. */
function readingHistory(
  store: ThreadStore,
  change: (thread: StoredThread) => StoredThread,
): ThreadStore {
  return altered(store, { readThread: async (params) => change(await store.readThread(params)) })
}

const writes: readonly StoreVerb[] = [
  'createThread',
  'appendItems',
  'updateThreadMetadata',
  'archiveThread',
  'unarchiveThread',
  'revertThread',
  'deleteThread',
  'importThread',
]

/** Defects in reading histories. */
export const historyMutants: readonly Mutant[] = [
  {
    id: 'read-lags-one-item',
    breaks: 'the history that comes with a record lacks the last item',
    violates: 'HIST-1',
    mayAlsoBreak: ['HIST-4', 'CONC-3'],
    wrap: (store) =>
      readingHistory(store, (thread) => ({
        ...thread,
        history: thread.history && { ...thread.history, items: thread.history.items.slice(0, -1) },
      })),
  },
  {
    id: 'read-always-brings-history',
    breaks: 'a record comes with its history unasked',
    violates: 'HIST-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      altered(store, {
        readThread: (params) => store.readThread({ ...params, includeHistory: true }),
      }),
  },
  {
    id: 'snapshot-grows',
    breaks: 'a history that was read grows when the thread is appended to',
    violates: 'HIST-2',
    mayAlsoBreak: ['ROLL-7', 'CONC-3'],
    wrap: (store) => {
      const given = new Map<string, RolloutItem[][]>()
      return altered(store, {
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          const items = [...history.items]
          given.set(params.threadId, [...(given.get(params.threadId) ?? []), items])
          return { ...history, items }
        },
        appendItems: async (params) => {
          await store.appendItems(params)
          for (const items of given.get(params.threadId) ?? []) items.push(...params.items)
        },
      })
    },
  },
  {
    id: 'snapshot-follows-patches',
    breaks: 'a record that was read changes when the thread is patched',
    violates: 'HIST-2',
    mayAlsoBreak: 'everything',
    wrap: (store) => {
      const given = new Map<string, StoredThread[]>()
      const following = altered(store, {
        readThread: async (params) => {
          const thread = await store.readThread(params)
          given.set(params.threadId, [...(given.get(params.threadId) ?? []), thread])
          return thread
        },
        updateThreadMetadata: async (params) => {
          const thread = await store.updateThreadMetadata(params)
          for (const earlier of given.get(params.threadId) ?? []) {
            Object.assign(earlier, { name: thread.name, preview: thread.preview })
          }
          return thread
        },
      })
      return following
    },
  },
  {
    id: 'read-hands-out-state',
    breaks: 'two reads without a change in between return the same object',
    violates: 'HIST-3',
    mayAlsoBreak: ['CONC-4', 'CONC-6'],
    wrap: (store) => {
      const cache = new Map<string, Promise<StoredThread>>()
      const caching = altered(store, {
        readThread: (params) => {
          const key = JSON.stringify(params)
          const thread = cache.get(key) ?? store.readThread(params)
          cache.set(key, thread)
          return thread
        },
      })
      return forgetting(caching, store, () => cache.clear())
    },
  },
  {
    id: 'read-takes-two-looks',
    breaks: 'a record and its history are read one after the other',
    violates: 'HIST-4',
    mayAlsoBreak: ['CONC-3'],
    wrap: (store) =>
      altered(store, {
        readThread: async (params) => {
          const thread = await store.readThread(params)
          if (!params.includeHistory) return thread
          await yieldOften()
          return { ...thread, history: (await store.readThread(params)).history }
        },
      }),
  },
  {
    id: 'archived-reads-freely',
    breaks: 'an archived thread is read without includeArchived',
    violates: 'HIST-5',
    wrap: (store) =>
      altered(store, {
        readThread: (params) => store.readThread({ ...params, includeArchived: true }),
      }),
  },
  {
    id: 'archived-history-loads-freely',
    breaks: 'the history of an archived thread is loaded without includeArchived',
    violates: 'HIST-5',
    wrap: (store) =>
      altered(store, {
        loadHistory: (params) => store.loadHistory({ ...params, includeArchived: true }),
      }),
  },
  {
    id: 'position-counts-from-one',
    breaks: 'the ordinal of a position is one too high',
    violates: 'HIST-6',
    mayAlsoBreak: 'everything',
    needs: claims('lineage'),
    wrap: (store) =>
      altered(store, {
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          const { position } = history
          if (position === null) return history
          const endOrdinalExclusive = position.endOrdinalExclusive + 1
          return { ...history, position: { ...position, endOrdinalExclusive } }
        },
      }),
  },
  {
    id: 'position-goes-on-from-anything',
    breaks: 'a position adds one to an ordinal that is no number',
    violates: 'HIST-6',
    needs: claims('lineage', 'rawHistory'),
    wrap: (store) =>
      altered(store, {
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          const { items, position } = history
          const last: unknown = items.at(-1)?.ordinal
          if (position === null || typeof last !== 'string') return history
          return { ...history, position: { ...position, endOrdinalExclusive: Number.NaN } }
        },
      }),
  },
  {
    id: 'odd-times-are-lost',
    breaks: 'an item comes back without a timestamp that is no text',
    violates: 'RAW-19',
    needs: claims('rawHistory'),
    wrap: (store) =>
      withItems(store, (items) =>
        items.map(({ timestamp, ...rest }) =>
          typeof timestamp === 'string' ? { timestamp, ...rest } : (rest as RolloutItem),
        ),
      ),
  },
  {
    id: 'position-without-lineage',
    breaks: 'a store without lineage returns positions',
    violates: 'HIST-6',
    mayAlsoBreak: ['HIST-1'],
    without: { lineage: false },
    wrap: (store) =>
      altered(store, {
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          const { threadId } = params
          return {
            ...history,
            position: { rolloutId: threadId, endOrdinalExclusive: 0, endByteOffset: 0 },
          }
        },
      }),
  },
  {
    id: 'ordinals-are-missing',
    breaks: 'items of a paginated history come back without ordinals',
    violates: 'HIST-7',
    mayAlsoBreak: [
      'HIST-8',
      'HIST-10',
      'LINE-1',
      'LINE-2',
      'LINE-3',
      'LINE-4',
      'LINE-6',
      'TURN-8',
      'APPEND-2',
      'LINE-10',
    ],
    wrap: (store) =>
      withItems(store, (items) => items.map(({ ordinal: _left, ...item }) => item as RolloutItem)),
  },
  {
    id: 'ordinals-restart-after-resume',
    breaks: 'the first item after a resume begins to count anew',
    violates: 'HIST-7',
    mayAlsoBreak: ['LINE-2', 'LINE-4', 'LINE-1', 'LINE-3', 'LINE-6'],
    seenIn: 'openai/codex#35746',
    wrap: (store, world) => {
      const resumedAt = remembered(world, 'resumed', () => new Map<string, number>())
      const restarting = withItems(store, (items, threadId) => {
        const at = resumedAt.get(threadId) ?? Infinity
        return items.map((item, index) =>
          index >= at && item.ordinal !== undefined ? { ...item, ordinal: index - at } : item,
        )
      })
      return altered(restarting, {
        resumeThread: async (params) => {
          await store.resumeThread(params)
          const { items } = await store.loadHistory({ ...params, includeArchived: true })
          resumedAt.set(params.threadId, items.length)
        },
      })
    },
  },
  {
    id: 'ordinals-are-not-checked',
    breaks: 'an ordinal that is wrong is replaced instead of refused',
    violates: 'HIST-8',
    wrap: (store) =>
      altered(store, {
        appendItems: async (params) => {
          try {
            await store.appendItems(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'invalid-item')
              throw reason
            const items = params.items.map(({ ordinal: _left, ...item }) => item as RolloutItem)
            await store.appendItems({ ...params, items })
          }
        },
      }),
  },
  {
    id: 'later-meta-changes-mode',
    breaks: 'a later session_meta changes the history mode',
    violates: 'HIST-10',
    seenIn: 'openai/codex#30261',
    wrap: (store, world) => {
      const downgraded = remembered(world, 'downgraded', () => new Set<string>())
      const changing = withRecords(store, (thread) =>
        downgraded.has(thread.threadId) ? { ...thread, historyMode: 'legacy' } : thread,
      )
      return altered(changing, {
        appendItems: async (params) => {
          await store.appendItems(params)
          if (params.items.some(({ type }) => type === 'session_meta'))
            downgraded.add(params.threadId)
        },
      })
    },
  },
  {
    id: 'read-touches-updated-at',
    breaks: 'reading a history moves updatedAt',
    violates: 'HIST-11',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      altered(store, {
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          await meddle(store, params.threadId, { updatedAt: '1999-01-01T00:00:00.000Z' })
          return history
        },
      }),
  },
]

/** Does something after every write that worked. */
function forgetting(outer: ThreadStore, store: ThreadStore, forget: () => void): ThreadStore {
  const changed = alteredVerbs(store, writes, async (verb, params) => {
    const result = await call(store, verb, params)
    forget()
    return result
  })
  const verbs = writes.map((verb) => [verb, changed[verb]])
  return altered(outer, Object.fromEntries(verbs) as Partial<ThreadStore>)
}
