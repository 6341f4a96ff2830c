import { claims } from '../claims.js'
import { recordOf } from '../observe.js'
import { afterwards, altered, answering, asking, meddle, remembered } from './alter.js'
import type { Mutant, MutantWorld } from './mutant.js'

/** Defects that show only after certain calls: each call alone, and most pairs, go as they should. */
export const sequenceMutants: readonly Mutant[] = [
  {
    id: 'third-resume-forgets-first-item',
    breaks: 'a thread that was resumed three times has lost the first item of its conversation',
    violates: 'SEQ-1',
    wrap: (store, world) => {
      const resumed = counts(world, 'resumes')
      const forgetting = answering(store, {
        loadHistory: (history, { threadId }) => {
          if ((resumed.get(threadId) ?? 0) < 3) return history
          const first = history.items.findIndex(({ type }) => type !== 'session_meta')
          return { ...history, items: history.items.filter((_, index) => index !== first) }
        },
      })
      return afterwards(forgetting, { resumeThread: ({ threadId }) => count(resumed, threadId) })
    },
  },
  {
    id: 'third-archive-is-none',
    breaks: 'a thread that was unarchived twice is not archived again',
    violates: 'SEQ-1',
    wrap: (store, world) => {
      const unarchived = counts(world, 'unarchived')
      return afterwards(store, {
        unarchiveThread: ({ threadId }) => count(unarchived, threadId),
        archiveThread: async (params) => {
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
      const noticing = altered(store, {
        deleteThread: async (params) => {
          const thread = await recordOf(store, params.threadId).catch(() => null)
          await store.deleteThread(params)
          if (typeof thread?.archivedAt === 'string') archived.add(params.threadId)
        },
      })
      return afterwards(noticing, {
        shutdownThread: async (params) => {
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
      return afterwards(store, {
        resumeThread: async ({ threadId }) => {
          const { model } = await recordOf(store, threadId)
          if (model !== null) models.set(threadId, model)
        },
        shutdownThread: async ({ threadId }) => {
          const model = models.get(threadId)
          models.delete(threadId)
          if (model !== undefined) await meddle(store, threadId, { model })
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
      const losing = asking(store, {
        appendItems: (params) => {
          const known = since.get(params.threadId)
          if (known !== undefined && params.items.length > 0) since.set(params.threadId, known + 1)
          return known === 3 ? { ...params, items: [] } : params
        },
      })
      return afterwards(losing, { flushThread: ({ threadId }) => since.set(threadId, 1) })
    },
  },
]

function counts(world: MutantWorld, key: string): Map<string, number> {
  return remembered(world, key, () => new Map<string, number>())
}

function count(counted: Map<string, number>, threadId: string): void {
  counted.set(threadId, (counted.get(threadId) ?? 0) + 1)
}
