import {
  ThreadStoreError,
  alreadyLive,
  storeClosed,
  threadNotFound,
} from '../../src/store/errors.js'
import type { AppendThreadItemsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { altered, alteredVerbs, call, remembered, withItems } from './alter.js'
import type { Mutant } from './mutant.js'
import { nothing, refused, tolerating } from './tolerate.js'

/** Appends although the writer is closed. */
function appendsAnyway(store: ThreadStore, closedBy: ReadonlySet<string>): Partial<ThreadStore> {
  return {
    appendItems: (params) =>
      tolerating(
        'not-live',
        () => store.appendItems(params),
        async () => {
          if (!closedBy.has(params.threadId)) return store.appendItems(params)
          await store.resumeThread({ threadId: params.threadId, includeArchived: true })
          await store.appendItems(params)
          await store.shutdownThread({ threadId: params.threadId })
        },
      ),
  }
}

/** Defects in how threads live and end. */
export const lifecycleMutants: readonly Mutant[] = [
  {
    id: 'resume-joins-live',
    breaks: 'resuming a live thread joins its writer',
    violates: 'LIFE-5',
    mayAlsoBreak: ['LIFE-6', 'CONC-4', 'CONC-5'],
    wrap: (store) =>
      altered(store, {
        resumeThread: (params) =>
          tolerating('already-live', () => store.resumeThread(params), nothing),
      }),
  },
  {
    id: 'refused-resume-closes-writer',
    breaks: 'resuming a live thread is refused, and closes its writer',
    violates: 'LIFE-5',
    mayAlsoBreak: ['CONC-4', 'CONC-5'],
    wrap: (store) =>
      altered(store, {
        resumeThread: async (params) => {
          try {
            await store.resumeThread(params)
          } catch (reason) {
            if (refused(reason, 'already-live')) await store.discardThread(params)
            throw reason
          }
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
        const at = hidden.get(threadId)
        return at === undefined || items.length <= at + 1
          ? items
          : items.filter((_, index) => index !== at)
      })
      return altered(hiding, {
        resumeThread: async (params) => {
          await store.resumeThread(params)
          const { items } = await store.loadHistory({
            threadId: params.threadId,
            includeArchived: true,
          })
          if (items.length > 1) hidden.set(params.threadId, items.length - 1)
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
      altered(store, {
        resumeThread: (params) => store.resumeThread({ ...params, includeArchived: true }),
      }),
  },
  {
    id: 'resume-unarchives',
    breaks: 'resuming an archived thread unarchives it',
    violates: 'LIFE-8',
    mayAlsoBreak: 'everything',
    seenIn: 'openai/codex#18882',
    wrap: (store) =>
      altered(store, {
        resumeThread: async (params) => {
          await store.resumeThread(params)
          await tolerating(
            'not-archived',
            () => store.unarchiveThread(params),
            () => store.readThread(params),
          )
        },
      }),
  },
  {
    id: 'shutdown-loses-unflushed',
    breaks: 'what was appended last and not flushed is lost at shutdown',
    violates: 'LIFE-10',
    mayAlsoBreak: 'everything',
    wrap: (store) => buffering(store, ['shutdownThread']),
  },
  {
    id: 'append-after-shutdown',
    breaks: 'a handle appends after it shut the thread down',
    violates: 'LIFE-10',
    mayAlsoBreak: ['LIFE-15', 'LIFE-4', 'LIFE-6', 'ERR-6', 'CONC-5'],
    wrap: (store) => {
      const closed = new Set<string>()
      return altered(store, {
        ...appendsAnyway(store, closed),
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          closed.add(params.threadId)
        },
      })
    },
  },
  {
    id: 'append-after-discard',
    breaks: 'a handle appends after it discarded the thread',
    violates: 'LIFE-11',
    mayAlsoBreak: ['LIFE-15', 'CONC-4', 'CONC-5'],
    wrap: (store) => {
      const closed = new Set<string>()
      return altered(store, {
        ...appendsAnyway(store, closed),
        discardThread: async (params) => {
          await store.discardThread(params)
          closed.add(params.threadId)
        },
      })
    },
  },
  {
    id: 'discard-forgets-durable',
    breaks: 'discard drops the last item although it was flushed',
    violates: 'LIFE-12',
    mayAlsoBreak: ['LIFE-16', 'LIFE-13', 'LIFE-11', 'LIFE-14', 'CONC-1'],
    wrap: (store, world) => {
      const lost = remembered(world, 'lost', () => new Map<string, number>())
      const losing = withItems(store, (items, threadId) => {
        const at = lost.get(threadId)
        return at === undefined ? items : items.filter((_, index) => index !== at)
      })
      return altered(losing, {
        discardThread: async (params) => {
          await store.discardThread(params)
          const length = await historyLength(store, params.threadId)
          if (length > 1 && !lost.has(params.threadId)) lost.set(params.threadId, length - 1)
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
            if (refused(reason, 'unknown-thread')) throw threadNotFound(params.threadId)
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
    wrap: (store) =>
      altered(store, {
        flushThread: (params) => tolerating('not-live', () => store.flushThread(params), nothing),
      }),
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
          const live = await isLive(store, params.threadId)
          await store.discardThread(params)
          if (live) locked.add(params.threadId)
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
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          created.add(params.threadId)
        },
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          for (const threadId of created) await store.discardThread({ threadId })
        },
      })
    },
  },
]

/** Keeps the last append back until something asks for it, and forgets it when a thread ends so. */
function buffering(
  store: ThreadStore,
  forgetting: readonly ('shutdownThread' | 'discardThread')[],
): ThreadStore {
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
    ...Object.fromEntries(
      forgetting.map((verb) => [
        verb,
        async (params: { threadId: string }) => {
          if (pending?.threadId === params.threadId) pending = null
          await store[verb](params)
        },
      ]),
    ),
  })
}

async function isLive(store: ThreadStore, threadId: string): Promise<boolean> {
  try {
    await store.flushThread({ threadId })
    return true
  } catch {
    return false
  }
}

async function historyLength(store: ThreadStore, threadId: string): Promise<number> {
  try {
    return (await store.loadHistory({ threadId, includeArchived: true })).items.length
  } catch {
    return 0
  }
}
