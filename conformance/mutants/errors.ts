import { ThreadStoreError, invalidRequest, threadNotFound } from '../../src/store/errors.js'
import type { ThreadReceipt } from '../../src/store/raw-history.js'
import { storeVerbs, type ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import {
  afterwards,
  altered,
  alteredVerbs,
  asking,
  call,
  despite,
  meddle,
  past,
  remembered,
} from './alter.js'
import type { Mutant } from './mutant.js'

/** Every verb, its rejections changed. */
function rejecting(
  store: ThreadStore,
  change: (reason: unknown, params: unknown) => unknown,
): ThreadStore {
  return alteredVerbs(store, storeVerbs, async (verb, params) => {
    try {
      return await call(store, verb, params)
    } catch (reason) {
      throw await change(reason, params)
    }
  })
}

/** Every verb, its params changed first. */
function taking(
  store: ThreadStore,
  change: (params: Record<string, unknown>) => unknown,
): ThreadStore {
  return alteredVerbs(store, storeVerbs, async (verb, params) => {
    const given: unknown = params
    const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
    return call(store, verb, isObject ? change(given as Record<string, unknown>) : given)
  })
}

/** Every verb, another thread id for the one that was given. */
function takingIds(store: ThreadStore, change: (threadId: string) => string): ThreadStore {
  return taking(store, (params) => {
    const { threadId } = params
    return typeof threadId === 'string' ? { ...params, threadId: change(threadId) } : params
  })
}

function isUnknown(reason: unknown): boolean {
  return ThreadStoreError.is(reason, 'THREAD_NOT_FOUND')
}

/** Defects in how calls are refused. */
export const errorMutants: readonly Mutant[] = [
  {
    id: 'unknown-is-invalid-request',
    breaks: 'an unknown thread is an invalid request',
    violates: 'ERR-1',
    mayAlsoBreak: ['ERR-2', 'DEL-1', 'LIFE-21', 'CAP-5', 'CONC-4', 'CRASH-2', 'DEL-4', 'LINE-9'],
    seenIn: 'thread-store/src/local/read_thread.rs',
    wrap: (store) =>
      rejecting(store, (reason) =>
        isUnknown(reason) ? invalidRequest('malformed-params', 'no rollout found') : reason,
      ),
  },
  {
    id: 'unknown-is-internal-for-history',
    breaks: 'loading the history of an unknown thread is an internal error',
    violates: 'ERR-1',
    mayAlsoBreak: ['DEL-1', 'LIFE-21'],
    seenIn: 'openai/codex#20486',
    wrap: (store) =>
      despite(store, 'unknown-thread', {
        loadHistory: () =>
          Promise.reject(new ThreadStoreError('INTERNAL', 'no rollout', { reason: 'storage' })),
      }),
  },
  {
    id: 'unknown-threads-stay-unknown',
    breaks: 'that a thread was looked for in vain is remembered, and it cannot be created',
    violates: 'ERR-1',
    mayAlsoBreak: ['CAP-5', 'LINE-7'],
    wrap: (store, world) => {
      const missed = remembered(world, 'missed', () => new Set<string>())
      const missing = despite(store, 'unknown-thread', {
        readThread: ({ threadId }, refusal) => {
          missed.add(threadId)
          throw refusal
        },
      })
      return asking(missing, {
        createThread: (params) => {
          if (missed.has(params.threadId)) throw threadNotFound(params.threadId)
          return params
        },
      })
    },
  },
  {
    id: 'empty-lists-are-not-found',
    breaks: 'a list is refused as not found until there was a thread',
    violates: 'ERR-1',
    // Whoever looks at a storage before it holds anything notices.
    mayAlsoBreak: ['CAP-5', 'LIFE-23', 'LINE-11', 'LIST-1', 'LIST-2', 'LIST-5', 'RAW-6', 'RAW-20'],
    wrap: (store, world) => {
      const made = remembered(world, 'made', () => new Set<string>())
      const refusing = asking(store, {
        listThreads: (params) => {
          if (made.size === 0) throw threadNotFound('any')
          return params
        },
      })
      return afterwards(refusing, {
        createThread: ({ threadId }) => made.add(threadId),
        importThread: ({ thread }) => made.add(thread.threadId),
      })
    },
  },
  {
    id: 'errors-are-plain',
    breaks: 'conflicts are plain errors',
    violates: 'ERR-2',
    mayAlsoBreak: 'everything',
    atEdge: true,
    wrap: (store) =>
      rejecting(store, (reason) =>
        ThreadStoreError.is(reason, 'CONFLICT') ? new RangeError(reason.message) : reason,
      ),
  },
  {
    id: 'errors-invent-reasons',
    breaks: 'an unknown thread has a reason of the store’s own',
    violates: 'ERR-2',
    mayAlsoBreak: 'everything',
    atEdge: true,
    wrap: (store) =>
      rejecting(store, (reason) =>
        isUnknown(reason)
          ? new ThreadStoreError('THREAD_NOT_FOUND', 'gone', { reason: 'gone' as 'unknown-thread' })
          : reason,
      ),
  },
  {
    id: 'refused-calls-leave-traces',
    breaks: 'a call that is refused as a conflict moves updatedAt',
    violates: 'ERR-6',
    mayAlsoBreak: 'everything',
    seenIn: 'openai/codex#29894',
    wrap: (store) =>
      rejecting(store, async (reason, params) => {
        const { threadId } = { ...(params as { threadId?: string }) }
        if (threadId !== undefined && ThreadStoreError.is(reason, 'CONFLICT'))
          await meddle(store, threadId, { updatedAt: past })
        return reason
      }),
  },
  {
    id: 'thread-ids-are-folded',
    breaks: 'a thread id in upper case is taken for the one in lower case',
    violates: 'ERR-3',
    atEdge: true,
    wrap: (store) => takingIds(store, (threadId) => threadId.toLowerCase()),
  },
  {
    id: 'thread-ids-are-trimmed',
    breaks: 'spaces around a thread id are ignored',
    violates: 'ERR-3',
    atEdge: true,
    wrap: (store) => takingIds(store, (threadId) => threadId.trim()),
  },
  {
    id: 'unknown-params-are-ignored',
    breaks: 'params nobody knows are ignored',
    violates: 'ERR-4',
    atEdge: true,
    wrap: (store) => taking(store, ({ unknownParam: _left, ...params }) => params),
  },
  {
    id: 'malformed-params-are-internal',
    breaks: 'malformed params are an internal error',
    violates: 'ERR-4',
    mayAlsoBreak: ['META-9', 'META-10', 'META-19', 'META-21', 'LIST-16', 'SEARCH-3'],
    atEdge: true,
    wrap: (store) =>
      rejecting(store, (reason) =>
        ThreadStoreError.is(reason) && reason.details.reason === 'malformed-params'
          ? new ThreadStoreError('INTERNAL', reason.message, { reason: 'storage' })
          : reason,
      ),
  },
  {
    id: 'signals-are-ignored',
    breaks: 'a call whose signal was aborted is carried out',
    violates: 'ERR-5',
    atEdge: true,
    wrap: (store) => taking(store, ({ signal: _left, ...params }) => params),
  },
  {
    id: 'first-import-wins',
    breaks: 'what is imported while the same thread is being imported is acknowledged and dropped',
    violates: 'RAW-21',
    needs: claims('rawHistory'),
    wrap: (store) => {
      const under = new Map<string, Promise<ThreadReceipt>>()
      return altered(store, {
        importThread: async (params) => {
          const { threadId } = params.thread
          const importing = under.get(threadId) ?? store.importThread(params)
          under.set(threadId, importing)
          return importing.finally(() => under.delete(threadId))
        },
      })
    },
  },
  {
    id: 'sources-are-taken-for-the-store',
    breaks: 'an import whose source broke off says that the store cannot be reached',
    violates: 'RAW-20',
    needs: claims('rawHistory'),
    wrap: (store) =>
      despite(store, 'foreign-error', {
        importThread: () =>
          Promise.reject(new ThreadStoreError('RETRYABLE', 'gone', { reason: 'unavailable' })),
      }),
  },
]
