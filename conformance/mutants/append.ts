import { isJsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import {
  afterwards,
  altered,
  alteredVerbs,
  appending,
  asking,
  call,
  meddle,
  past,
  remembered,
  withItems,
} from './alter.js'
import type { Mutant } from './mutant.js'

/** Replaces each item that a call appends. */
function appendingEach(
  store: ThreadStore,
  change: (item: RolloutItem) => RolloutItem,
): ThreadStore {
  return appending(store, (items) => items.map(change))
}

function isUserMessage({ payload }: RolloutItem): boolean {
  return isJsonObject(payload) && payload['type'] === 'user_message'
}

/** Defects in what happens to items. */
export const appendMutants: readonly Mutant[] = [
  {
    id: 'append-drops-every-third-call',
    breaks: 'every third append is acknowledged and forgotten',
    violates: 'APPEND-1',
    mayAlsoBreak: 'everything',
    wrap: (store) => {
      let calls = 0
      return altered(store, {
        appendItems: async (params) => {
          calls += 1
          if (calls % 3 !== 0 || params.items.length === 0) await store.appendItems(params)
        },
      })
    },
  },
  {
    id: 'append-fails-after-many-calls',
    breaks: 'after sixty-four appends to a thread the next are acknowledged and forgotten',
    violates: 'APPEND-1',
    wrap: (store, world) => {
      const calls = remembered(world, 'calls', () => new Map<string, number>())
      return asking(store, {
        appendItems: (params) => {
          const count = (calls.get(params.threadId) ?? 0) + 1
          calls.set(params.threadId, count)
          return count > 64 ? { ...params, items: [] } : params
        },
      })
    },
  },
  {
    id: 'append-reverses-batch',
    breaks: 'the items of a batch are stored last first',
    violates: 'APPEND-1',
    mayAlsoBreak: 'everything',
    wrap: (store) => appending(store, (items) => items.toReversed()),
  },
  {
    id: 'history-sorted-by-timestamp',
    breaks: 'a history is sorted by the timestamps of its items',
    violates: 'APPEND-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      withItems(store, (items) =>
        items.toSorted((a, b) => ((a.timestamp ?? '') < (b.timestamp ?? '') ? -1 : 1)),
      ),
  },
  {
    id: 'append-overwrites-timestamp',
    breaks: 'items are stamped with the time of the append although they have one',
    violates: 'APPEND-2',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      appendingEach(store, (item) => ({ ...item, timestamp: '2030-01-01T00:00:00.000Z' })),
  },
  {
    id: 'append-respells-timestamp',
    breaks: 'timestamps are stored with milliseconds, whatever they were',
    violates: 'APPEND-2',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      appendingEach(store, (item) =>
        item.timestamp?.endsWith('00Z')
          ? { ...item, timestamp: item.timestamp.replace('Z', '.000Z') }
          : item,
      ),
  },
  {
    id: 'append-stamps-epoch',
    breaks: 'items without a timestamp get one of 1970',
    violates: 'APPEND-3',
    wrap: (store) =>
      appendingEach(store, (item) => ({ timestamp: '1970-01-01T00:00:00.000Z', ...item })),
  },
  {
    id: 'append-drops-unknown-types',
    breaks: 'items of unknown type are dropped',
    violates: 'APPEND-4',
    mayAlsoBreak: ['CONC-5', 'VAL-1'],
    seenIn: 'rollout/src/recorder.rs skips lines it does not know',
    wrap: (store) => {
      const known = ['session_meta', 'turn_context', 'response_item', 'event_msg', 'compacted']
      return appending(store, (items) => items.filter(({ type }) => known.includes(type)))
    },
  },
  {
    id: 'append-drops-unknown-fields',
    breaks: 'fields beside timestamp, type and payload are dropped',
    violates: 'APPEND-4',
    mayAlsoBreak: ['APPEND-2', 'VAL-1', 'CONC-5'],
    wrap: (store) =>
      appendingEach(store, ({ timestamp, type, payload, ordinal }) => ({
        type,
        ...(timestamp !== undefined && { timestamp }),
        ...(payload !== undefined && { payload }),
        ...(ordinal !== undefined && { ordinal }),
      })),
  },
  {
    id: 'append-touches-updated-at',
    breaks: 'an append moves updatedAt',
    violates: 'APPEND-5',
    mayAlsoBreak: ['APPEND-12', 'META-18', 'RAW-16'],
    seenIn: 'openai/codex#22236, before',
    wrap: (store) =>
      afterwards(store, {
        appendItems: ({ threadId }) => meddle(store, threadId, { updatedAt: past }),
      }),
  },
  {
    id: 'append-derives-preview',
    breaks: 'the first user message of a batch becomes the preview',
    violates: 'APPEND-5',
    mayAlsoBreak: ['LIFE-2', 'APPEND-12', 'META-18', 'HIST-4', 'RAW-16'],
    seenIn: 'openai/codex#22236, before',
    wrap: (store) =>
      afterwards(store, {
        appendItems: ({ threadId, items }) =>
          items.some(isUserMessage) && meddle(store, threadId, { preview: 'derived' }),
      }),
  },
  {
    id: 'append-reads-session-meta',
    breaks: 'a session_meta among the items changes the record’s cwd',
    violates: 'APPEND-5',
    mayAlsoBreak: ['APPEND-12'],
    wrap: (store) =>
      afterwards(store, {
        appendItems: async ({ threadId, items }) => {
          const meta = items.find(({ type }) => type === 'session_meta')
          if (isJsonObject(meta?.payload) && meta.payload['cwd'] === '/elsewhere')
            await meddle(store, threadId, { cwd: '/elsewhere' })
        },
      }),
  },
  {
    id: 'append-keeps-good-items',
    breaks: 'the items before one that is refused are stored',
    violates: 'APPEND-6',
    mayAlsoBreak: ['HIST-8', 'VAL-7', 'ERR-6'],
    atEdge: true,
    wrap: (store) =>
      altered(store, {
        appendItems: async (params) => {
          try {
            await store.appendItems(params)
          } catch (reason) {
            const refused = ThreadStoreError.is(reason, 'INVALID_REQUEST')
            if (refused && Array.isArray(params?.items))
              await store.appendItems({ ...params, items: params.items.slice(0, 1) })
            throw reason
          }
        },
      }),
  },
  {
    id: 'append-marks-empty-batch',
    breaks: 'an empty batch is stored as an item',
    violates: 'APPEND-7',
    mayAlsoBreak: ['VAL-1'],
    wrap: (store) =>
      appending(store, (items) =>
        items.length === 0 ? [{ type: 'event_msg', payload: null }] : items,
      ),
  },
  {
    id: 'append-deduplicates',
    breaks: 'an item equal to the one before it is stored once',
    violates: 'APPEND-8',
    mayAlsoBreak: ['CONC-1', 'VAL-2'],
    wrap: (store) =>
      appending(store, (items) =>
        items.filter((item, index) => JSON.stringify(item) !== JSON.stringify(items[index - 1])),
      ),
  },
  {
    id: 'append-aliases-input',
    breaks: 'what is read is the very object that was appended',
    violates: 'APPEND-9',
    mayAlsoBreak: ['HIST-2', 'HIST-3', 'VAL-1', 'APPEND-2'],
    wrap: (store, world) => {
      const given = remembered(world, 'given', () => new Map<string, RolloutItem>())
      const aliasing = withItems(store, (items) =>
        items.map((item) => given.get(JSON.stringify(item)) ?? item),
      )
      return afterwards(aliasing, {
        appendItems: ({ items: [item, ...others] }) => {
          if (item !== undefined && others.length === 0) given.set(JSON.stringify(item), item)
        },
      })
    },
  },
  {
    id: 'append-reaches-other-threads',
    breaks: 'an append also lands in the other threads that are live',
    violates: 'APPEND-10',
    mayAlsoBreak: ['CONC-5', 'CONC-1', 'LIFE-24', 'LIFE-22', 'CRASH-1', 'DEL-3', 'META-24'],
    wrap: (store) => {
      const live = new Set<string>()
      return afterwards(store, {
        createThread: ({ threadId }) => live.add(threadId),
        appendItems: async (params) => {
          for (const threadId of live) {
            if (threadId === params.threadId) continue
            // Threads that are no longer live refuse, as they should.
            await store.appendItems({ ...params, threadId }).catch(() => {})
          }
        },
      })
    },
  },
  {
    id: 'thread-ids-are-cut',
    breaks: 'threads whose ids begin with the same thirty characters are one',
    violates: 'APPEND-10',
    mayAlsoBreak: ['META-24'],
    wrap: (store, world) => {
      const known = remembered(world, 'known', () => new Map<string, string>())
      const canonical = (threadId: string): string => {
        const beginning = threadId.slice(0, 30)
        if (!known.has(beginning)) known.set(beginning, threadId)
        return known.get(beginning) ?? threadId
      }
      return alteredVerbs(
        store,
        ['appendItems', 'loadHistory', 'shutdownThread'],
        (verb, params: { readonly threadId: string }) =>
          call(store, verb, { ...params, threadId: canonical(params.threadId) }),
      )
    },
  },
  {
    id: 'append-glues-torn-tail',
    breaks: 'the first item after a torn last line is glued to it and lost',
    violates: 'APPEND-11',
    mayAlsoBreak: ['RAW-16'],
    needs: claims('rawHistory'),
    seenIn: 'openai/codex#32276',
    wrap: (store, world) => {
      const torn = remembered(world, 'torn', () => new Map<string, number>())
      const gluing = withItems(store, (items, threadId) =>
        items.filter((_, index) => index !== torn.get(threadId)),
      )
      return afterwards(gluing, {
        importThread: ({ thread }, { rollouts: [rollout] }) => {
          if (rollout?.findings.some(({ message }) => message !== ''))
            torn.set(thread.threadId, rollout.itemCount)
        },
      })
    },
  },
  {
    id: 'resume-touches-updated-at',
    breaks: 'resuming a thread moves updatedAt',
    violates: 'APPEND-12',
    mayAlsoBreak: ['LIFE-8', 'META-17', 'META-18', 'RAW-16'],
    wrap: (store) =>
      afterwards(store, {
        resumeThread: ({ threadId }) => meddle(store, threadId, { updatedAt: past }),
      }),
  },
]
