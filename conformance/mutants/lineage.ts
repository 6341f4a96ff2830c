import { ThreadStoreError, threadNotFound } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { all, claims } from '../claims.js'
import { altered, call, alteredVerbs, meddle, remembered, withItems } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = claims('lineage')
const needsRaw = all(needs, claims('rawHistory'))
const needsDelete = all(needs, claims('delete'))

function has(reason: unknown, why: string): boolean {
  return ThreadStoreError.is(reason) && reason.details.reason === why
}

/** The items of another thread, whatever became of it. */
async function itemsOf(store: ThreadStore, threadId: string): Promise<readonly unknown[]> {
  const { items } = await store.loadHistory({ threadId, includeArchived: true })
  return items
}

/** Defects in histories that begin in others. */
export const lineageMutants: readonly Mutant[] = [
  {
    id: 'fork-begins-empty',
    breaks: 'a fork has nothing of the history it begins from',
    violates: 'LINE-1',
    mayAlsoBreak: 'everything',
    needs,
    wrap: (store, world) => {
      const bases = remembered(world, 'bases', () => new Map<string, number>())
      const cutting = withItems(store, (items, threadId) => items.slice(bases.get(threadId) ?? 0))
      return altered(cutting, {
        createThread: async (params) => {
          await store.createThread(params)
          if (params.base) bases.set(params.threadId, params.base.endOrdinalExclusive)
        },
      })
    },
  },
  {
    id: 'fork-has-one-item-more',
    breaks: 'a fork takes its base to be included',
    violates: 'LINE-1',
    mayAlsoBreak: 'everything',
    needs,
    wrap: (store) =>
      altered(store, {
        createThread: async (params) => {
          const { base } = params
          if (!base || base.endByteOffset !== undefined) return store.createThread(params)
          const endOrdinalExclusive = base.endOrdinalExclusive + 1
          try {
            await store.createThread({ ...params, base: { ...base, endOrdinalExclusive } })
          } catch (reason) {
            if (!has(reason, 'invalid-base')) throw reason
            await store.createThread(params)
          }
        },
      }),
  },
  {
    id: 'fork-sees-later-items',
    breaks: 'what is appended to the base’s thread after a fork shows in the fork',
    violates: 'LINE-2',
    mayAlsoBreak: ['LINE-14', 'LINE-15', 'CRASH-1'],
    needs,
    wrap: (store, world) => {
      const parents = remembered(world, 'parents', () => new Map<string, string>())
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          if (params.base) parents.set(params.threadId, params.base.rolloutId)
        },
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          const parent = parents.get(params.threadId)
          if (parent === undefined) return history
          const inherited = await itemsOf(store, parent).catch(() => [])
          const later = inherited.slice(3) as typeof history.items
          return { ...history, items: [...history.items, ...later.filter(isSaid('later'))] }
        },
      })
    },
  },
  {
    id: 'nested-base-stops',
    breaks: 'the history of a fork of a fork begins in the first fork',
    violates: 'LINE-3',
    mayAlsoBreak: ['LINE-6'],
    needs,
    wrap: (store, world) => {
      const parents = remembered(world, 'parents', () => new Map<string, string>())
      const starts = remembered(world, 'starts', () => new Map<string, number>())
      const cutting = withItems(store, (items, threadId) => {
        const parent = parents.get(threadId)
        const start = parent === undefined ? undefined : starts.get(parent)
        return start === undefined ? items : items.slice(start)
      })
      return altered(cutting, {
        createThread: async (params) => {
          await store.createThread(params)
          if (!params.base) return
          parents.set(params.threadId, params.base.rolloutId)
          starts.set(params.threadId, params.base.endOrdinalExclusive)
        },
      })
    },
  },
  {
    id: 'base-in-ancestor-is-refused',
    breaks: 'a place before a rollout’s own start is refused',
    violates: 'LINE-3',
    mayAlsoBreak: ['LINE-6'],
    needs,
    wrap: (store, world) => {
      const starts = remembered(world, 'starts', () => new Map<string, number>())
      return altered(store, {
        createThread: async (params) => {
          const { base } = params
          if (base && base.endOrdinalExclusive < (starts.get(base.rolloutId) ?? 0)) {
            throw new ThreadStoreError('INVALID_REQUEST', 'before the start', {
              reason: 'invalid-base',
            })
          }
          await store.createThread(params)
          if (base) starts.set(params.threadId, base.endOrdinalExclusive)
        },
      })
    },
  },
  {
    id: 'revert-hides-nothing',
    breaks: 'a revert leaves the history as it was',
    violates: 'LINE-4',
    mayAlsoBreak: 'everything',
    needs,
    wrap: (store) =>
      altered(store, {
        revertThread: ({ threadId }) => store.readThread({ threadId, includeArchived: true }),
      }),
  },
  {
    id: 'revert-hides-for-now',
    breaks: 'what was reverted comes back with the next append',
    violates: 'LINE-4',
    mayAlsoBreak: 'everything',
    needs,
    seenIn: 'openai/codex#47056',
    wrap: (store, world) => {
      const before = remembered(world, 'before', () => new Map<string, readonly unknown[]>())
      const appended = remembered(world, 'appended', () => new Set<string>())
      const returning = altered(store, {
        loadHistory: async (params) => {
          const history = await store.loadHistory(params)
          const old = before.get(params.threadId)
          if (old === undefined || !appended.has(params.threadId)) return history
          return {
            ...history,
            items: [...(old as typeof history.items), ...history.items.slice(-1)],
          }
        },
        revertThread: async (params) => {
          before.set(params.threadId, await itemsOf(store, params.threadId))
          return store.revertThread(params)
        },
        appendItems: async (params) => {
          await store.appendItems(params)
          if (before.has(params.threadId)) appended.add(params.threadId)
        },
      })
      return returning
    },
  },
  {
    id: 'revert-moves-created-at',
    breaks: 'a revert moves createdAt',
    violates: 'LINE-5',
    mayAlsoBreak: ['CRASH-1', 'LINE-14'],
    needs,
    seenIn: 'codex 0.169 after thread/revert',
    wrap: (store) =>
      altered(store, {
        revertThread: async (params) => {
          await store.revertThread(params)
          const patch = { createdAt: '2030-01-01T00:00:00.000Z' }
          return store.updateThreadMetadata({
            threadId: params.threadId,
            patch,
            includeArchived: true,
          })
        },
      }),
  },
  {
    id: 'revert-unarchives',
    breaks: 'reverting an archived thread unarchives it',
    violates: 'LINE-5',
    needs,
    wrap: (store) =>
      altered(store, {
        revertThread: async (params) => {
          const thread = await store.revertThread(params)
          if (thread.archivedAt === null) return thread
          return store.unarchiveThread({ threadId: params.threadId })
        },
      }),
  },
  {
    id: 'revert-only-once',
    breaks: 'a thread that was reverted cannot be reverted again',
    violates: 'LINE-6',
    needs,
    wrap: (store, world) => {
      const reverted = remembered(world, 'reverted', () => new Set<string>())
      return altered(store, {
        revertThread: async (params) => {
          if (reverted.has(params.threadId)) {
            throw new ThreadStoreError('INVALID_REQUEST', 'once', { reason: 'invalid-base' })
          }
          const thread = await store.revertThread(params)
          reverted.add(params.threadId)
          return thread
        },
      })
    },
  },
  {
    id: 'base-offset-is-not-checked',
    breaks: 'the byte offset of a base is ignored',
    violates: 'LINE-7',
    needs,
    wrap: (store) =>
      altered(store, {
        createThread: async (params) => {
          if (!params.base) return store.createThread(params)
          const { endByteOffset: _left, ...base } = params.base
          await store.createThread({ ...params, base })
        },
      }),
  },
  {
    id: 'base-beyond-the-end-is-the-end',
    breaks: 'a base after the end of a history is its end',
    violates: 'LINE-7',
    needs,
    wrap: (store) =>
      altered(store, {
        createThread: async (params) => {
          try {
            await store.createThread(params)
          } catch (reason) {
            if (
              !has(reason, 'invalid-base') ||
              !params.base ||
              params.base.endByteOffset !== undefined
            ) {
              throw reason
            }
            const items = await itemsOf(store, params.base.rolloutId).catch(() => null)
            if (items === null) throw reason
            const base = { ...params.base, endOrdinalExclusive: items.length }
            await store.createThread({ ...params, base })
          }
        },
      }),
  },
  {
    id: 'revert-into-foreign-history',
    breaks: 'a revert to a place in another thread’s history is accepted and does nothing',
    violates: 'LINE-8',
    needs,
    wrap: (store) =>
      altered(store, {
        revertThread: async (params) => {
          const { threadId, base } = params
          try {
            return await store.revertThread(params)
          } catch (reason) {
            const { position } = await store.loadHistory({ threadId, includeArchived: true })
            const foreign = has(reason, 'invalid-base') && position?.rolloutId !== base.rolloutId
            const known = foreign && (await itemsOf(store, base.rolloutId).catch(() => null))
            if (!known || known.length < base.endOrdinalExclusive || known.some(isLegacy))
              throw reason
            return store.readThread({ threadId, includeArchived: true })
          }
        },
      }),
  },
  {
    id: 'delete-breaks-forks',
    breaks: 'a thread that others begin from is deleted, and they lose its items',
    violates: 'LINE-9',
    needs: needsDelete,
    wrap: (store, world) => {
      const gone = remembered(world, 'gone', () => new Set<string>())
      const hiding = alteredVerbs(store, ['readThread', 'loadHistory'], async (verb, params) => {
        const { threadId } = params as { threadId: string }
        if (gone.has(threadId)) throw threadNotFound(threadId)
        return call(store, verb, params)
      })
      return altered(hiding, {
        deleteThread: async (params) => {
          if (gone.has(params.threadId)) throw threadNotFound(params.threadId)
          try {
            await store.deleteThread(params)
          } catch (reason) {
            if (!has(reason, 'referenced')) throw reason
            gone.add(params.threadId)
          }
        },
      })
    },
  },
  {
    id: 'missing-base-is-empty',
    breaks: 'a history whose base is missing begins where its own items begin',
    violates: 'LINE-10',
    needs: needsRaw,
    wrap: (store) =>
      altered(store, {
        loadHistory: async (params) => {
          try {
            return await store.loadHistory(params)
          } catch (reason) {
            if (!has(reason, 'missing-base')) throw reason
            return { threadId: params.threadId, items: [], position: null }
          }
        },
      }),
  },
  {
    id: 'cycles-are-stored',
    breaks: 'rollouts that begin from each other are accepted',
    violates: 'LINE-11',
    needs: needsRaw,
    wrap: (store) =>
      altered(store, {
        importThread: async (params) => {
          try {
            return await store.importThread(params)
          } catch (reason) {
            if (!has(reason, 'cyclic-base')) throw reason
            return { threadId: params.thread.threadId, rollouts: [] }
          }
        },
      }),
  },
  {
    id: 'fork-copies',
    breaks: 'a fork’s own rollout holds a copy of what it begins from',
    violates: 'LINE-12',
    needs: needsRaw,
    wrap: (store, world) => {
      const bases = remembered(world, 'bases', () => new Map<string, number>())
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          if (params.base) bases.set(params.threadId, params.base.endOrdinalExclusive)
        },
        historyDigest: async (params) => {
          const digest = await store.historyDigest(params)
          const copied = bases.get(params.threadId) ?? 0
          const rollouts = digest.rollouts.map((rollout) => ({
            ...rollout,
            itemCount: rollout.itemCount + copied,
          }))
          return { ...digest, rollouts }
        },
      })
    },
  },
  {
    id: 'revert-closes-writer',
    breaks: 'reverting a live thread closes its writer and goes on',
    violates: 'LINE-13',
    mayAlsoBreak: ['LIFE-6'],
    needs,
    wrap: (store) =>
      altered(store, {
        revertThread: async (params) => {
          try {
            return await store.revertThread(params)
          } catch (reason) {
            if (!has(reason, 'already-live')) throw reason
            await store.discardThread({ threadId: params.threadId })
            return store.revertThread(params)
          }
        },
      }),
  },
  {
    id: 'revert-reaches-forks',
    breaks: 'reverting a thread touches the threads that begin from it',
    violates: 'LINE-14',
    mayAlsoBreak: ['LINE-15', 'CRASH-1'],
    needs,
    wrap: (store, world) => {
      const forks = remembered(world, 'forks', () => new Map<string, string>())
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          if (params.base) forks.set(params.threadId, params.base.rolloutId)
        },
        revertThread: async (params) => {
          const thread = await store.revertThread(params)
          for (const [fork, parent] of forks) {
            if (parent === params.threadId) await meddle(store, fork, { preview: 'reverted' })
          }
          return thread
        },
      })
    },
  },
  {
    id: 'turns-ignore-lineage',
    breaks: 'the turns of a fork are those of its own rollout',
    violates: 'LINE-15',
    needs: all(needs, claims('turns')),
    wrap: (store, world) => {
      const bases = remembered(world, 'bases', () => new Set<string>())
      return altered(store, {
        createThread: async (params) => {
          await store.createThread(params)
          if (params.base) bases.add(params.threadId)
        },
        listTurns: async (params) => {
          const page = await store.listTurns(params)
          return bases.has(params.threadId) ? { ...page, turns: page.turns.slice(-1) } : page
        },
      })
    },
  },
]

/** Items whose text begins so. */
function isSaid(label: string): (item: { readonly payload?: unknown }) => boolean {
  return ({ payload }) =>
    typeof payload === 'object' &&
    payload !== null &&
    'message' in payload &&
    String(payload.message).startsWith(label)
}

function isLegacy(item: unknown): boolean {
  return typeof item === 'object' && item !== null && !('ordinal' in item)
}
