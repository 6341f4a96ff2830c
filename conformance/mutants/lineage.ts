import { isJsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { ThreadStoreError, threadNotFound } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { all, claims } from '../claims.js'
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
  remembered,
  withItems,
} from './alter.js'
import type { Mutant, MutantWorld } from './mutant.js'

const needs = claims('lineage')
const needsRaw = all(needs, claims('rawHistory'))
const needsDelete = all(needs, claims('delete'))

/** The place each fork of a storage begins from, and the same store, which writes them down. */
function knowingBases(
  store: ThreadStore,
  world: MutantWorld,
): { bases: ReadonlyMap<string, Base>; knowing: ThreadStore } {
  const bases = remembered(world, 'bases', () => new Map<string, Base>())
  const knowing = afterwards(store, {
    createThread: ({ threadId, base }) => base && bases.set(threadId, base),
  })
  return { bases, knowing }
}

interface Base {
  readonly rolloutId: string
  readonly endOrdinalExclusive: number
}

function invalidBase(message: string): ThreadStoreError {
  return new ThreadStoreError('INVALID_REQUEST', message, { reason: 'invalid-base' })
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
      const { bases, knowing } = knowingBases(store, world)
      return withItems(knowing, (items, threadId) =>
        items.slice(bases.get(threadId)?.endOrdinalExclusive ?? 0),
      )
    },
  },
  {
    id: 'fork-has-one-item-more',
    breaks: 'a fork takes its base to be included',
    violates: 'LINE-1',
    mayAlsoBreak: 'everything',
    needs,
    wrap: (store) => {
      const including = asking(store, {
        createThread: (params) => {
          const { base } = params
          if (!base || base.endByteOffset !== undefined) return params
          const endOrdinalExclusive = base.endOrdinalExclusive + 1
          return { ...params, base: { ...base, endOrdinalExclusive } }
        },
      })
      return despite(including, 'invalid-base', {
        createThread: (params) => store.createThread(params),
      })
    },
  },
  {
    id: 'fork-sees-later-items',
    breaks: 'what is appended to the base’s thread after a fork shows in the fork',
    violates: 'LINE-2',
    mayAlsoBreak: ['LINE-14', 'LINE-15', 'CRASH-1'],
    needs,
    wrap: (store, world) => {
      const { bases, knowing } = knowingBases(store, world)
      return answering(knowing, {
        loadHistory: async (history, { threadId }) => {
          const parent = bases.get(threadId)?.rolloutId
          if (parent === undefined) return history
          const inherited = await itemsOf(store, parent).catch(() => [])
          const later = inherited.slice(3).filter(isSaidLater)
          return { ...history, items: [...history.items, ...later] }
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
      const { bases, knowing } = knowingBases(store, world)
      return withItems(knowing, (items, threadId) => {
        const parent = bases.get(bases.get(threadId)?.rolloutId ?? '')
        return items.slice(parent?.endOrdinalExclusive ?? 0)
      })
    },
  },
  {
    id: 'lineage-ends-after-ten',
    breaks: 'of more than ten rollouts that begin from each other the first are forgotten',
    violates: 'LINE-3',
    needs,
    wrap: (store, world) => {
      const { bases, knowing } = knowingBases(store, world)
      return withItems(knowing, (items, threadId) => {
        let last = bases.get(threadId)
        for (let depth = 0; depth < 10; depth += 1) last = bases.get(last?.rolloutId ?? '')
        return items.slice(last?.endOrdinalExclusive ?? 0)
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
      const { bases, knowing } = knowingBases(store, world)
      return asking(knowing, {
        createThread: (params) => {
          const { rolloutId = '', endOrdinalExclusive = 0 } = params.base ?? {}
          if (endOrdinalExclusive < (bases.get(rolloutId)?.endOrdinalExclusive ?? 0))
            throw invalidBase('before the start')
          return params
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
      const before = remembered(world, 'before', () => new Map<string, readonly RolloutItem[]>())
      const appended = remembered(world, 'appended', () => new Set<string>())
      const returning = answering(store, {
        loadHistory: (history, { threadId }) => {
          const old = before.get(threadId)
          if (old === undefined || !appended.has(threadId)) return history
          return { ...history, items: [...old, ...history.items.slice(-1)] }
        },
      })
      const noticing = afterwards(returning, {
        appendItems: ({ threadId }) => before.has(threadId) && appended.add(threadId),
      })
      return altered(noticing, {
        revertThread: async (params) => {
          before.set(params.threadId, await itemsOf(store, params.threadId))
          return store.revertThread(params)
        },
      })
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
      answering(store, {
        revertThread: (_thread, { threadId }) => {
          const patch = { createdAt: '2030-01-01T00:00:00.000Z' }
          return store.updateThreadMetadata({ threadId, patch, includeArchived: true })
        },
      }),
  },
  {
    id: 'revert-unarchives',
    breaks: 'reverting an archived thread unarchives it',
    violates: 'LINE-5',
    needs,
    wrap: (store) =>
      answering(store, {
        revertThread: (thread, { threadId }) =>
          thread.archivedAt === null ? thread : store.unarchiveThread({ threadId }),
      }),
  },
  {
    id: 'revert-only-once',
    breaks: 'a thread that was reverted cannot be reverted again',
    violates: 'LINE-6',
    needs,
    wrap: (store, world) => {
      const reverted = remembered(world, 'reverted', () => new Set<string>())
      const counting = afterwards(store, { revertThread: ({ threadId }) => reverted.add(threadId) })
      return asking(counting, {
        revertThread: (params) => {
          if (reverted.has(params.threadId)) throw invalidBase('once')
          return params
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
      asking(store, {
        createThread: (params) => {
          if (!params.base) return params
          const { endByteOffset: _left, ...base } = params.base
          return { ...params, base }
        },
      }),
  },
  {
    id: 'base-beyond-the-end-is-the-end',
    breaks: 'a base after the end of a history is its end',
    violates: 'LINE-7',
    needs,
    wrap: (store) =>
      despite(store, 'invalid-base', {
        createThread: async (params, refusal) => {
          const { base } = params
          if (!base || base.endByteOffset !== undefined) throw refusal
          const items = await itemsOf(store, base.rolloutId).catch(() => null)
          if (items === null) throw refusal
          const end = { ...base, endOrdinalExclusive: items.length }
          await store.createThread({ ...params, base: end })
        },
      }),
  },
  {
    id: 'revert-into-foreign-history',
    breaks: 'a revert to a place in another thread’s history is accepted and does nothing',
    violates: 'LINE-8',
    needs,
    wrap: (store) =>
      despite(store, 'invalid-base', {
        revertThread: async ({ threadId, base }, refusal) => {
          const { position } = await store.loadHistory({ threadId, includeArchived: true })
          if (position?.rolloutId === base.rolloutId) throw refusal
          const known = await itemsOf(store, base.rolloutId).catch(() => [])
          const isLegacy = known.some(({ ordinal }) => ordinal === undefined)
          if (known.length < base.endOrdinalExclusive || known.length === 0 || isLegacy)
            throw refusal
          return store.readThread({ threadId, includeArchived: true })
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
      const deleting = despite(store, 'referenced', {
        deleteThread: async ({ threadId }) => void gone.add(threadId),
      })
      return alteredVerbs(
        deleting,
        ['readThread', 'loadHistory', 'deleteThread'],
        async (verb, params: { readonly threadId: string }) => {
          if (gone.has(params.threadId)) throw threadNotFound(params.threadId)
          return call(deleting, verb, params)
        },
      )
    },
  },
  {
    id: 'missing-base-is-empty',
    breaks: 'a history whose base is missing begins where its own items begin',
    violates: 'LINE-10',
    needs: needsRaw,
    wrap: (store) =>
      despite(store, 'missing-base', {
        loadHistory: async ({ threadId }) => ({ threadId, items: [], position: null }),
      }),
  },
  {
    id: 'cycles-are-stored',
    breaks: 'rollouts that begin from each other are accepted',
    violates: 'LINE-11',
    needs: needsRaw,
    wrap: (store) =>
      despite(store, 'cyclic-base', {
        importThread: async ({ thread }) => ({ threadId: thread.threadId, rollouts: [] }),
      }),
  },
  {
    id: 'fork-copies',
    breaks: 'a fork’s own rollout holds a copy of what it begins from',
    violates: 'LINE-12',
    needs: needsRaw,
    wrap: (store, world) => {
      const { bases, knowing } = knowingBases(store, world)
      return answering(knowing, {
        historyDigest: (digest, { threadId }) => {
          const copied = bases.get(threadId)?.endOrdinalExclusive ?? 0
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
      despite(store, 'already-live', {
        revertThread: async (params) => {
          await store.discardThread({ threadId: params.threadId })
          return store.revertThread(params)
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
      const { bases, knowing } = knowingBases(store, world)
      return afterwards(knowing, {
        revertThread: async ({ threadId }) => {
          for (const [fork, { rolloutId }] of bases) {
            if (rolloutId === threadId) await meddle(store, fork, { preview: 'reverted' })
          }
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
      const { bases, knowing } = knowingBases(store, world)
      return answering(knowing, {
        listTurns: (page, { threadId }) =>
          bases.has(threadId) ? { ...page, turns: page.turns.slice(-1) } : page,
      })
    },
  },
]

/** Whether it is one of the items that a case appends after the fork. */
function isSaidLater({ payload }: RolloutItem): boolean {
  const message = isJsonObject(payload) ? payload['message'] : null
  return typeof message === 'string' && message.startsWith('later')
}
