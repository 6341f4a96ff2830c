import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ImportThreadParams } from '../../src/store/raw-history.js'
import { chunksOf } from '../build/chunks.js'
import { claims } from '../claims.js'
import {
  afterwards,
  altered,
  asking,
  despite,
  meddle,
  nothing,
  remembered,
  withItems,
  withRecords,
} from './alter.js'
import type { Mutant } from './mutant.js'

/** Defects in how threads begin. */
export const createMutants: readonly Mutant[] = [
  {
    id: 'create-writes-no-session-meta',
    breaks: 'a history does not begin with a session_meta',
    violates: 'LIFE-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      withItems(store, (items) => items.slice(items[0]?.type === 'session_meta' ? 1 : 0)),
  },
  {
    id: 'create-writes-two-session-metas',
    breaks: 'a history begins with two session_meta items',
    violates: 'LIFE-1',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      afterwards(store, {
        createThread: async ({ threadId }) => {
          const { items } = await store.loadHistory({ threadId })
          const again = items.slice(0, 1).map(({ ordinal: _left, ...item }) => item as RolloutItem)
          await store.appendItems({ threadId, items: again })
        },
      }),
  },
  {
    id: 'create-forgets-extra-config',
    breaks: 'extraConfig is not stored',
    violates: 'LIFE-2',
    mayAlsoBreak: ['VAL-5'],
    wrap: (store) => asking(store, { createThread: ({ extraConfig: _left, ...params }) => params }),
  },
  {
    id: 'create-forgets-parents',
    breaks: 'forkedFromId and parentThreadId are not stored',
    violates: 'LIFE-2',
    mayAlsoBreak: ['LIST-20'],
    wrap: (store) =>
      asking(store, {
        createThread: ({ forkedFromId: _fork, parentThreadId: _parent, ...params }) => params,
      }),
  },
  {
    id: 'create-dates-back',
    breaks: 'a new thread’s createdAt is not the time of its creation',
    violates: 'LIFE-2',
    mayAlsoBreak: ['LIST-15'],
    wrap: (store) =>
      afterwards(store, {
        createThread: ({ threadId }) =>
          meddle(store, threadId, { createdAt: '1970-01-01T00:00:00.000Z' }),
      }),
  },
  {
    id: 'create-guesses-git',
    breaks: 'a thread created without git facts gets those of some directory',
    violates: 'META-23',
    mayAlsoBreak: ['LIFE-2', 'META-14', 'DEL-1', 'META-16'],
    seenIn: 'openai/codex#21874',
    wrap: (store) =>
      afterwards(store, {
        createThread: ({ threadId, metadata }) =>
          metadata.gitInfo || meddle(store, threadId, { gitInfo: { sha: 'feed' } }),
      }),
  },
  {
    id: 'create-ignores-spawn',
    breaks: 'a spawned subagent has no nickname, role or path',
    violates: 'META-22',
    wrap: (store) =>
      afterwards(store, {
        createThread: ({ threadId }) =>
          meddle(store, threadId, { agentNickname: null, agentRole: null, agentPath: null }),
      }),
  },
  {
    id: 'create-leaves-cold',
    breaks: 'a created thread has no live writer',
    violates: 'LIFE-3',
    mayAlsoBreak: 'everything',
    wrap: (store) => {
      const created = new Set<string>()
      const cooling = altered(store, {
        appendItems: async (params) => {
          if (created.delete(params.threadId)) await store.shutdownThread(params)
          await store.appendItems(params)
        },
      })
      return afterwards(cooling, { createThread: ({ threadId }) => created.add(threadId) })
    },
  },
  {
    id: 'create-accepts-stored',
    breaks: 'creating a stored thread is accepted and does nothing',
    violates: 'LIFE-4',
    mayAlsoBreak: ['CONC-4', 'CONC-5'],
    wrap: (store) => despite(store, 'already-exists', { createThread: nothing }),
  },
  {
    id: 'create-reopens-stored',
    breaks: 'creating a stored thread is refused, but makes it live',
    violates: 'LIFE-4',
    mayAlsoBreak: ['ERR-6', 'LIFE-26'],
    wrap: (store) =>
      despite(store, 'already-exists', {
        createThread: async ({ threadId }, refusal) => {
          await store.resumeThread({ threadId, includeArchived: true })
          throw refusal
        },
      }),
  },
  {
    id: 'create-takes-rollouts',
    breaks: 'a new thread empties the rollout of its id that another thread has',
    violates: 'LIFE-26',
    needs: claims('rawHistory'),
    wrap: (store, world) => {
      const imports = remembered(world, 'imports', () => new Map<string, ImportThreadParams>())
      const noting = afterwards(store, {
        importThread: (params) => {
          for (const { rolloutId } of params.rollouts) imports.set(rolloutId, params)
        },
      })
      return altered(noting, {
        createThread: async (params) => {
          const { threadId } = params
          const taken = imports.get(threadId)
          if (taken === undefined || taken.thread.threadId === threadId) {
            return store.createThread(params)
          }
          const rollouts = taken.rollouts.map((each) => ({ ...each, chunks: chunksOf() }))
          await store.importThread({ ...taken, rollouts, replace: true })
        },
      })
    },
  },
  {
    id: 'create-joins-live',
    breaks: 'creating a live thread joins its writer',
    violates: 'LIFE-5',
    mayAlsoBreak: ['LIFE-6', 'LIFE-4', 'CONC-4', 'CONC-5'],
    wrap: (store) => despite(store, 'already-live', { createThread: nothing }),
  },
  {
    id: 'record-defaults-title',
    breaks: 'a title that was never set is empty instead of null',
    violates: 'LIFE-2',
    mayAlsoBreak: ['RAW-2', 'CONC-4', 'CONC-5', 'CONC-7'],
    wrap: (store) => withRecords(store, (thread) => ({ ...thread, title: thread.title ?? '' })),
  },
]
