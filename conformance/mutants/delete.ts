import { ThreadStoreError } from '../../src/store/errors.js'
import type { StoredThread } from '../../src/store/records.js'
import { claims } from '../claims.js'
import { recordOf } from '../observe.js'
import { afterwards, altered, asking, despite, remembered } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = claims('delete')

/** Defects in deletion. */
export const deleteMutants: readonly Mutant[] = [
  {
    id: 'deleted-stays-readable',
    breaks: 'a deleted thread can still be read by its id',
    violates: 'DEL-1',
    mayAlsoBreak: ['DEL-4', 'LINE-9', 'CRASH-2', 'CONC-4'],
    needs,
    wrap: (store, world) => {
      const gone = remembered(world, 'gone', () => new Map<string, StoredThread>())
      const reading = despite(store, 'unknown-thread', {
        readThread: async ({ threadId }, refusal) => {
          const thread = gone.get(threadId)
          if (thread === undefined) throw refusal
          return thread
        },
      })
      return altered(reading, {
        deleteThread: async (params) => {
          const thread = await recordOf(store, params.threadId)
          await store.deleteThread(params)
          gone.set(params.threadId, thread)
        },
      })
    },
  },
  {
    id: 'delete-is-soft',
    breaks: 'the id of a deleted thread cannot be used again',
    violates: 'DEL-1',
    mayAlsoBreak: ['CONC-4'],
    needs,
    seenIn: 'a PostgreSQL store with soft deletion',
    wrap: (store, world) => {
      const gone = remembered(world, 'gone', () => new Set<string>())
      const noting = afterwards(store, { deleteThread: ({ threadId }) => gone.add(threadId) })
      return asking(noting, {
        createThread: (params) => {
          if (!gone.has(params.threadId)) return params
          throw new ThreadStoreError('CONFLICT', 'deleted', { reason: 'already-exists' })
        },
      })
    },
  },
  {
    id: 'delete-closes-writer',
    breaks: 'deleting a live thread closes its writer and goes on',
    violates: 'DEL-2',
    mayAlsoBreak: ['CONC-4'],
    needs,
    wrap: (store) =>
      despite(store, 'already-live', {
        deleteThread: async (params) => {
          await store.discardThread(params)
          await store.deleteThread(params)
        },
      }),
  },
  {
    id: 'delete-takes-archived-along',
    breaks: 'deleting a thread deletes the archived ones too',
    violates: 'DEL-3',
    mayAlsoBreak: ['LIST-15'],
    needs,
    wrap: (store) =>
      afterwards(store, {
        deleteThread: async () => {
          const { items } = await store.listThreads({ pageSize: 100, archived: true })
          for (const { threadId } of items) await store.deleteThread({ threadId }).catch(() => {})
        },
      }),
  },
  {
    id: 'archived-cannot-be-deleted',
    breaks: 'an archived thread cannot be deleted',
    violates: 'DEL-4',
    mayAlsoBreak: ['DEL-2'],
    needs,
    wrap: (store) =>
      altered(store, {
        deleteThread: async (params) => {
          await store.readThread(params)
          await store.deleteThread(params)
        },
      }),
  },
]
