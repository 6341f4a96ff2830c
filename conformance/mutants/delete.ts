import { ThreadStoreError } from '../../src/store/errors.js'
import { claims } from '../claims.js'
import { altered, remembered } from './alter.js'
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
      const gone = remembered(world, 'gone', () => new Map<string, unknown>())
      return altered(store, {
        deleteThread: async (params) => {
          const { threadId } = params
          const thread = await store.readThread({ threadId, includeArchived: true })
          await store.deleteThread(params)
          gone.set(threadId, thread)
        },
        readThread: async (params) => {
          try {
            return await store.readThread(params)
          } catch (reason) {
            const thread = gone.get(params.threadId) as Awaited<ReturnType<typeof store.readThread>>
            if (ThreadStoreError.is(reason, 'THREAD_NOT_FOUND') && thread) return thread
            throw reason
          }
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
      return altered(store, {
        deleteThread: async (params) => {
          await store.deleteThread(params)
          gone.add(params.threadId)
        },
        createThread: async (params) => {
          if (gone.has(params.threadId)) {
            throw new ThreadStoreError('CONFLICT', 'deleted', { reason: 'already-exists' })
          }
          await store.createThread(params)
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
      altered(store, {
        deleteThread: async (params) => {
          try {
            await store.deleteThread(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'already-live')
              throw reason
            await store.discardThread(params)
            await store.deleteThread(params)
          }
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
      altered(store, {
        deleteThread: async (params) => {
          await store.deleteThread(params)
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
