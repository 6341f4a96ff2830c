import { claims } from '../claims.js'
import { altered, remembered } from './alter.js'
import type { Mutant, MutantWorld } from './mutant.js'

/** Defects that show only after certain calls: each call alone, and most pairs, go as they should. */
export const sequenceMutants: readonly Mutant[] = [
  {
    id: 'third-resume-forgets-first-item',
    breaks: 'a thread that was resumed three times has lost the first item of its conversation',
    violates: 'SEQ-1',
    wrap: (store, world) => {
      const resumed = counts(world, 'resumes')
      const forgetting = (threadId: string): boolean => (resumed.get(threadId) ?? 0) >= 3
      return altered(store, {
        resumeThread: async (params) => {
          await store.resumeThread(params)
          count(resumed, params.threadId)
        },
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          if (!forgetting(params.threadId)) return history
          const first = history.items.findIndex(({ type }) => type !== 'session_meta')
          return { ...history, items: history.items.filter((_, index) => index !== first) }
        },
      })
    },
  },
  {
    id: 'third-archive-is-none',
    breaks: 'a thread that was unarchived twice is not archived again',
    violates: 'SEQ-1',
    wrap: (store, world) => {
      const unarchived = counts(world, 'unarchived')
      return altered(store, {
        unarchiveThread: async (params) => {
          const thread = await store.unarchiveThread(params)
          count(unarchived, params.threadId)
          return thread
        },
        archiveThread: async (params) => {
          await store.archiveThread(params)
          if ((unarchived.get(params.threadId) ?? 0) >= 2) await store.unarchiveThread(params)
        },
      })
    },
  },
  {
    id: 'successor-is-archived',
    breaks:
      'a thread with the id of one that was deleted while archived is archived when shut down',
    violates: 'SEQ-1',
    needs: claims('delete'),
    wrap: (store, world) => {
      const archived = remembered(world, 'deleted while archived', () => new Set<string>())
      return altered(store, {
        deleteThread: async (params) => {
          const shown = { ...params, includeArchived: true }
          const thread = await store.readThread(shown).catch(() => null)
          await store.deleteThread(params)
          if (typeof thread?.archivedAt === 'string') archived.add(params.threadId)
        },
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          if (archived.delete(params.threadId)) await store.archiveThread(params)
        },
      })
    },
  },
  {
    id: 'shutdown-restores-what-resume-saw',
    breaks: 'shutting a resumed thread down writes back the model it had when it was resumed',
    violates: 'SEQ-1',
    wrap: (store, world) => {
      const models = remembered(world, 'models', () => new Map<string, string>())
      return altered(store, {
        resumeThread: async (params) => {
          await store.resumeThread(params)
          const { model } = await store.readThread({ ...params, includeArchived: true })
          if (model !== null) models.set(params.threadId, model)
        },
        shutdownThread: async (params) => {
          await store.shutdownThread(params)
          const model = models.get(params.threadId)
          models.delete(params.threadId)
          if (model === undefined) return
          const { threadId } = params
          await store.updateThreadMetadata({ threadId, patch: { model }, includeArchived: true })
        },
      })
    },
  },
  {
    id: 'third-batch-after-flush-is-lost',
    breaks: 'of the batches appended after a flush, the third is acknowledged and forgotten',
    violates: 'SEQ-1',
    wrap: (store, world) => {
      const since = counts(world, 'since flush')
      return altered(store, {
        flushThread: async (params) => {
          await store.flushThread(params)
          since.set(params.threadId, 1)
        },
        appendItems: async (params) => {
          const { threadId } = params
          const known = since.get(threadId)
          if (known !== undefined && params.items.length > 0) since.set(threadId, known + 1)
          await store.appendItems(known === 3 ? { ...params, items: [] } : params)
        },
      })
    },
  },
]

function counts(world: MutantWorld, key: string): Map<string, number> {
  return remembered(world, key, () => new Map<string, number>())
}

function count(counted: Map<string, number>, threadId: string): void {
  counted.set(threadId, (counted.get(threadId) ?? 0) + 1)
}
