import {
  ThreadStoreError,
  alreadyLive,
  storeClosed,
  threadNotFound,
} from '../../src/store/errors.js'
import type { AppendThreadItemsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { rejectionOf } from '../expect.js'
import { itemsOf } from '../observe.js'
import {
  afterwards,
  altered,
  alteredVerbs,
  asking,
  call,
  despite,
  isLive,
  nothing,
  remembered,
  withItems,
} from './alter.js'
import type { Mutant } from './mutant.js'

/** A writer that was closed by one of these verbs still appends. */
function appendsAfter(store: ThreadStore, verb: 'shutdownThread' | 'discardThread'): ThreadStore {
  const closed = new Set<string>()
  const appending = despite(store, 'not-live', {
    appendItems: async (params) => {
      const { threadId } = params
      if (!closed.has(threadId)) return store.appendItems(params)
      await store.resumeThread({ threadId, includeArchived: true })
      await store.appendItems(params)
      await store.shutdownThread({ threadId })
    },
  })
  return afterwards(appending, {
    [verb]: ({ threadId }: { readonly threadId: string }) => closed.add(threadId),
  })
}

/** Defects in how threads live and end. */
export const lifecycleMutants: readonly Mutant[] = [
  {
    id: 'resume-joins-live',
    breaks: 'resuming a live thread joins its writer',
    violates: 'LIFE-5',
    mayAlsoBreak: ['LIFE-6', 'CONC-4', 'CONC-5'],
    wrap: (store) => despite(store, 'already-live', { resumeThread: nothing }),
  },
  {
    id: 'refused-resume-closes-writer',
    breaks: 'resuming a live thread is refused, and closes its writer',
    violates: 'LIFE-5',
    mayAlsoBreak: ['CONC-4', 'CONC-5'],
    wrap: (store) =>
      despite(store, 'already-live', {
        resumeThread: async (params, refusal) => {
          await store.discardThread(params)
          throw refusal
        },
      }),
  },
  {
    id: 'resume-hides-last-item',
    breaks: 'what is appended after a resume replaces the last stored item',
    violates: 'LIFE-7',
    mayAlsoBreak: [
      'LIFE-8',
      'LIFE-16',
      'APPEND-11',
      'HIST-7',
      'ARCH-7',
      'RAW-16',
      'META-18',
      'LINE-2',
      'LIFE-17',
      'CRASH-1',
      'CONC-3',
    ],
    wrap: (store, world) => {
      const hidden = remembered(world, 'hidden', () => new Map<string, number>())
      const hiding = withItems(store, (items, threadId) => {
        const at = hidden.get(threadId) ?? Infinity
        return items.length <= at + 1 ? items : items.filter((_, index) => index !== at)
      })
      return afterwards(hiding, {
        resumeThread: async ({ threadId }) => {
          const { length } = await itemsOf(store, threadId)
          if (length > 1) hidden.set(threadId, length - 1)
        },
      })
    },
  },
  {
    id: 'resume-ignores-archive-flag',
    breaks: 'an archived thread is resumed without includeArchived',
    violates: 'LIFE-8',
    mayAlsoBreak: ['LIFE-5'],
    wrap: (store) =>
      asking(store, { resumeThread: (params) => ({ ...params, includeArchived: true }) }),
  },
  {
    id: 'resume-unarchives',
    breaks: 'resuming an archived thread unarchives it',
    violates: 'LIFE-8',
    mayAlsoBreak: 'everything',
    seenIn: 'openai/codex#18882',
    wrap: (store) => {
      const active = despite(store, 'not-archived', {
        unarchiveThread: (params) => store.readThread(params),
      })
      return afterwards(store, { resumeThread: (params) => active.unarchiveThread(params) })
    },
  },
  {
    id: 'shutdown-loses-unflushed',
    breaks: 'what was appended last and not flushed is lost at shutdown',
    violates: 'LIFE-10',
    mayAlsoBreak: 'everything',
    wrap: (store) => buffering(store),
  },
  {
    id: 'append-after-shutdown',
    breaks: 'a handle appends after it shut the thread down',
    violates: 'LIFE-10',
    mayAlsoBreak: ['LIFE-15', 'LIFE-4', 'LIFE-6', 'ERR-6', 'CONC-5'],
    wrap: (store) => appendsAfter(store, 'shutdownThread'),
  },
  {
    id: 'append-after-discard',
    breaks: 'a handle appends after it discarded the thread',
    violates: 'LIFE-11',
    mayAlsoBreak: ['LIFE-15', 'CONC-4', 'CONC-5'],
    wrap: (store) => appendsAfter(store, 'discardThread'),
  },
  {
    id: 'discard-forgets-durable',
    breaks: 'discard drops the last item although it was flushed',
    violates: 'LIFE-12',
    mayAlsoBreak: ['LIFE-16', 'LIFE-13', 'LIFE-11', 'LIFE-14', 'CONC-1'],
    wrap: (store, world) => {
      const lost = remembered(world, 'lost', () => new Map<string, number>())
      const losing = withItems(store, (items, threadId) =>
        items.filter((_, index) => index !== lost.get(threadId)),
      )
      return afterwards(losing, {
        discardThread: async ({ threadId }) => {
          const { length } = await itemsOf(store, threadId).catch(() => [])
          if (length > 1 && !lost.has(threadId)) lost.set(threadId, length - 1)
        },
      })
    },
  },
  {
    id: 'discard-rejects-unknown',
    breaks: 'discarding an unknown thread is refused',
    violates: 'LIFE-13',
    mayAlsoBreak: ['DEL-1', 'ERR-1', 'CONC-4'],
    wrap: (store) =>
      altered(store, {
        discardThread: async (params) => {
          await store.readThread({ ...params, includeArchived: true }).catch((reason: unknown) => {
            if (rejectionOf(reason).endsWith('unknown-thread'))
              throw threadNotFound(params.threadId)
          })
          await store.discardThread(params)
        },
      }),
  },
  {
    id: 'flush-needs-no-writer',
    breaks: 'flushing a thread that is not live is accepted',
    violates: 'LIFE-15',
    mayAlsoBreak: ['LIFE-10', 'LIFE-11', 'ERR-1'],
    wrap: (store) => despite(store, 'not-live', { flushThread: nothing }),
  },
  {
    id: 'discard-keeps-the-lock',
    breaks: 'a discarded thread cannot be resumed',
    violates: 'LIFE-16',
    mayAlsoBreak: ['LIFE-5', 'CONC-4'],
    wrap: (store, world) => {
      const locked = remembered(world, 'locked', () => new Set<string>())
      return altered(store, {
        discardThread: async (params) => {
          const wasLive = await isLive(store, params.threadId)
          await store.discardThread(params)
          if (wasLive) locked.add(params.threadId)
        },
        resumeThread: async (params) => {
          if (locked.has(params.threadId)) throw alreadyLive(params.threadId)
          await store.resumeThread(params)
        },
      })
    },
  },
  {
    id: 'close-twice-rejects',
    breaks: 'closing a closed store is refused',
    violates: 'LIFE-17',
    mayAlsoBreak: ['LIFE-18', 'LIFE-23', 'LIFE-25', 'CAP-1'],
    wrap: (store) => {
      let closed = false
      return altered(store, {
        close: async () => {
          if (closed) throw storeClosed()
          closed = true
          await store.close()
        },
      })
    },
  },
  {
    id: 'usable-after-close',
    breaks: 'reads work after close',
    violates: 'LIFE-18',
    mayAlsoBreak: ['LIFE-23', 'LIFE-17', 'CRASH-1'],
    wrap: (store) => altered(store, { close: nothing }),
  },
  {
    id: 'close-cuts-calls-off',
    breaks: 'reads that are under way when the store is closed find that it cannot be reached',
    violates: 'LIFE-25',
    wrap: (store) => {
      let closed = false
      return altered(store, {
        loadHistory: async (params) => {
          if (closed) return store.loadHistory(params)
          const history = await store.loadHistory(params)
          await new Promise(setImmediate)
          if (closed) throw new ThreadStoreError('RETRYABLE', 'gone', { reason: 'unavailable' })
          return history
        },
        close: async () => {
          closed = true
          await store.close()
        },
      })
    },
  },
  {
    id: 'dispose-does-nothing',
    breaks: 'disposing of a store leaves it open',
    violates: 'LIFE-23',
    atEdge: true,
    wrap: (store) => altered(store, { [Symbol.asyncDispose]: nothing }),
  },
  {
    id: 'shutdown-closes-every-writer',
    breaks: 'shutting one thread down closes the writers of all',
    violates: 'LIFE-24',
    mayAlsoBreak: ['CONC-5', 'LINE-2', 'LINE-13', 'LINE-14'],
    wrap: (store) => {
      const created = new Set<string>()
      return afterwards(store, {
        createThread: ({ threadId }) => created.add(threadId),
        shutdownThread: async () => {
          for (const threadId of created) await store.discardThread({ threadId })
        },
      })
    },
  },
]

/** Keeps the last append back until something asks for it, and forgets it at shutdown. */
function buffering(store: ThreadStore): ThreadStore {
  let pending: AppendThreadItemsParams | null = null
  const settle = async (): Promise<void> => {
    const held = pending
    pending = null
    if (held !== null) await store.appendItems(held)
  }
  const settling = alteredVerbs(
    store,
    [
      'persistThread',
      'flushThread',
      'loadHistory',
      'readThread',
      'listTurns',
      'listItems',
      'exportThread',
      'historyDigest',
      'archiveThread',
      'updateThreadMetadata',
    ],
    async (verb, params) => {
      await settle()
      return call(store, verb, params)
    },
  )
  return altered(settling, {
    appendItems: async (params) => {
      await settle()
      // The first append decides whether the call is acceptable at all.
      await store.appendItems({ ...params, items: params.items.slice(0, -1) })
      pending = { ...params, items: structuredClone(params.items.slice(-1)) }
    },
    shutdownThread: async (params) => {
      if (pending?.threadId === params.threadId) pending = null
      await store.shutdownThread(params)
    },
  })
}
