import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { StoredThread } from '../../src/store/records.js'
import type { StoreVerb } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { itemsOf } from '../observe.js'
import {
  afterwards,
  altered,
  alteredVerbs,
  answering,
  asking,
  call,
  despite,
  meddle,
  past,
  remembered,
  withItems,
  withRecords,
  yieldOften,
} from './alter.js'
import type { Mutant } from './mutant.js'

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

/** Items as they are given, without ordinals. */
function unnumbered(items: readonly RolloutItem[]): RolloutItem[] {
  return items.map(({ ordinal: _left, ...item }) => item as RolloutItem)
}

/** Defects in reading histories. */
export const historyMutants: readonly Mutant[] = [
  {
    id: 'read-lags-one-item',
    breaks: 'the history that comes with a record lacks the last item',
    violates: 'HIST-1',
    mayAlsoBreak: ['HIST-4', 'CONC-3'],
    wrap: (store) =>
      answering(store, {
        readThread: ({ history, ...thread }) => ({
          ...thread,
          history: history && { ...history, items: history.items.slice(0, -1) },
        }),
      }),
  },
  {
    id: 'read-always-brings-history',
    breaks: 'a record comes with its history unasked',
    violates: 'HIST-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      asking(store, { readThread: (params) => ({ ...params, includeHistory: true }) }),
  },
  {
    id: 'snapshot-grows',
    breaks: 'a history that was read grows when the thread is appended to',
    violates: 'HIST-2',
    mayAlsoBreak: ['ROLL-7', 'CONC-3'],
    wrap: (store) => {
      const given = new Map<string, RolloutItem[][]>()
      const handingOut = answering(store, {
        loadHistory: (history, { threadId }) => {
          const items = [...history.items]
          given.set(threadId, [...(given.get(threadId) ?? []), items])
          return { ...history, items }
        },
      })
      return afterwards(handingOut, {
        appendItems: ({ threadId, items }) => {
          for (const earlier of given.get(threadId) ?? []) earlier.push(...items)
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
      return afterwards(store, {
        readThread: ({ threadId }, thread) =>
          given.set(threadId, [...(given.get(threadId) ?? []), thread]),
        updateThreadMetadata: ({ threadId }, { name, preview }) => {
          for (const earlier of given.get(threadId) ?? []) Object.assign(earlier, { name, preview })
        },
      })
    },
  },
  {
    id: 'read-hands-out-state',
    breaks: 'two reads without a change in between return the same object',
    violates: 'HIST-3',
    mayAlsoBreak: ['CONC-4', 'CONC-6'],
    wrap: (store) => {
      const cache = new Map<string, Promise<StoredThread>>()
      const forgetting = alteredVerbs(store, writes, async (verb, params) => {
        const result = await call(store, verb, params)
        cache.clear()
        return result
      })
      return altered(forgetting, {
        readThread: (params) => {
          const key = JSON.stringify(params)
          const thread = cache.get(key) ?? store.readThread(params)
          cache.set(key, thread)
          return thread
        },
      })
    },
  },
  {
    id: 'read-takes-two-looks',
    breaks: 'a record and its history are read one after the other',
    violates: 'HIST-4',
    mayAlsoBreak: ['CONC-3'],
    wrap: (store) =>
      answering(store, {
        readThread: async (thread, params) => {
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
    mayAlsoBreak: ['CONC-6'],
    wrap: (store) =>
      asking(store, { readThread: (params) => ({ ...params, includeArchived: true }) }),
  },
  {
    id: 'archived-history-loads-freely',
    breaks: 'the history of an archived thread is loaded without includeArchived',
    violates: 'HIST-5',
    wrap: (store) =>
      asking(store, { loadHistory: (params) => ({ ...params, includeArchived: true }) }),
  },
  {
    id: 'position-counts-from-one',
    breaks: 'the ordinal of a position is one too high',
    violates: 'HIST-6',
    mayAlsoBreak: 'everything',
    needs: claims('lineage'),
    wrap: (store) =>
      answering(store, {
        loadHistory: ({ position, ...history }) => ({
          ...history,
          position: position && {
            ...position,
            endOrdinalExclusive: position.endOrdinalExclusive + 1,
          },
        }),
      }),
  },
  {
    id: 'position-goes-on-from-anything',
    breaks: 'a position adds one to an ordinal that is no number',
    violates: 'HIST-6',
    needs: claims('lineage', 'rawHistory'),
    wrap: (store) =>
      answering(store, {
        loadHistory: (history) => {
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
      answering(store, {
        loadHistory: (history, { threadId }) => ({
          ...history,
          position: { rolloutId: threadId, endOrdinalExclusive: 0, endByteOffset: 0 },
        }),
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
      'HIST-6',
      'RAW-19',
    ],
    wrap: (store) => withItems(store, unnumbered),
  },
  {
    id: 'ordinals-restart-after-resume',
    breaks: 'the first item after a resume begins to count anew',
    violates: 'HIST-7',
    mayAlsoBreak: ['LINE-2', 'LINE-4', 'LINE-1', 'LINE-3', 'LINE-6', 'HIST-6'],
    seenIn: 'openai/codex#35746',
    wrap: (store, world) => {
      const resumedAt = remembered(world, 'resumed', () => new Map<string, number>())
      const restarting = withItems(store, (items, threadId) => {
        const at = resumedAt.get(threadId) ?? Infinity
        return items.map((item, index) =>
          index >= at && item.ordinal !== undefined ? { ...item, ordinal: index - at } : item,
        )
      })
      return afterwards(restarting, {
        resumeThread: async ({ threadId }) =>
          resumedAt.set(threadId, (await itemsOf(store, threadId)).length),
      })
    },
  },
  {
    id: 'ordinals-are-not-checked',
    breaks: 'an ordinal that is wrong is replaced instead of refused',
    violates: 'HIST-8',
    wrap: (store) =>
      despite(store, 'invalid-item', {
        appendItems: (params) => store.appendItems({ ...params, items: unnumbered(params.items) }),
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
      return afterwards(changing, {
        appendItems: ({ threadId, items }) =>
          items.some(({ type }) => type === 'session_meta') && downgraded.add(threadId),
      })
    },
  },
  {
    id: 'read-touches-updated-at',
    breaks: 'reading a history moves updatedAt',
    violates: 'HIST-11',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      afterwards(store, {
        loadHistory: ({ threadId }) => meddle(store, threadId, { updatedAt: past }),
      }),
  },
]
