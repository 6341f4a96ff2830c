import type { ThreadId } from '../../src/protocol/thread-id.js'
import { alreadyLive } from '../../src/store/errors.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { UpdateThreadMetadataParams } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'
import { all, claims, durable } from '../claims.js'
import {
  afterwards,
  altered,
  alteredVerbs,
  call,
  meddle,
  nothing,
  remembered,
  withItems,
} from './alter.js'
import type { Mutant } from './mutant.js'

const needs = durable('process-crash')

/** Calls about writers and records, before which nothing that was put off need be done. */
const unhurried: readonly StoreVerb[] = [
  'createThread',
  'resumeThread',
  'appendItems',
  'flushThread',
  'persistThread',
  'importThread',
]

/** The same store, which does what it has put off before it reads or closes anything. */
function withBacklog(
  store: ThreadStore,
  change: (later: (work: () => Promise<unknown>) => void) => Partial<ThreadStore>,
): ThreadStore {
  let last: Promise<unknown> = Promise.resolve()
  let backlog: (() => Promise<unknown>)[] = []
  const catchUp = (): Promise<unknown> => {
    const due = backlog
    backlog = []
    for (const work of due) last = last.then(work)
    return last
  }
  const others = storeVerbs.filter((verb) => !unhurried.includes(verb))
  const prompt = alteredVerbs(store, others, async (verb, params) => {
    await catchUp()
    return call(store, verb, params)
  })
  return altered(prompt, {
    close: async () => {
      await catchUp()
      await store.close()
    },
    ...change((work) => void backlog.push(work)),
  })
}

/** Only handles in other processes are wrong: the defect dies with them. */
function elsewhere(wrap: Mutant['wrap']): Mutant['wrap'] {
  return (store, world) => (world.elsewhere ? wrap(store, world) : store)
}

/** The record as a patch of plain fields would leave it. */
function patched(thread: StoredThread, { patch }: UpdateThreadMetadataParams): StoredThread {
  const { gitInfo, ...plain } = patch
  const git = { sha: null, branch: null, originUrl: null, ...thread.gitInfo, ...gitInfo }
  return {
    ...thread,
    ...plain,
    gitInfo: gitInfo === undefined ? thread.gitInfo : git,
  }
}

/** Defects that only the end of a process shows: they are in its handles, and die with it. */
export const crashMutants: readonly Mutant[] = [
  {
    id: 'ack-before-write',
    breaks: 'appends and flushes are acknowledged before anything is written',
    violates: 'CRASH-3',
    mayAlsoBreak: ['CONC-1', 'CONC-6', 'CRASH-4', 'CRASH-5'],
    needs,
    seenIn: 'opral/lix#1394',
    wrap: elsewhere((store) =>
      withBacklog(store, (later) => ({
        appendItems: (params) => Promise.resolve(later(() => store.appendItems(params))),
        flushThread: nothing,
        persistThread: nothing,
      })),
    ),
  },
  {
    id: 'patch-acked-before-write',
    breaks: 'a patch is acknowledged before it is written',
    violates: 'CRASH-4',
    mayAlsoBreak: ['CONC-7', 'CRASH-5'],
    needs,
    seenIn: 'openai/codex#39273',
    wrap: elsewhere((store) =>
      withBacklog(store, (later) => ({
        updateThreadMetadata: async (params) => {
          const { threadId, includeArchived = false } = params
          const thread = await store.readThread({ threadId, includeArchived })
          later(() => store.updateThreadMetadata(params))
          return patched(thread, params)
        },
      })),
    ),
  },
  {
    id: 'archive-acked-before-write',
    breaks: 'archiving is acknowledged before it is done',
    violates: 'CRASH-4',
    mayAlsoBreak: ['CONC-7', 'CRASH-5'],
    needs,
    wrap: elsewhere((store) =>
      withBacklog(store, (later) => ({
        archiveThread: async (params) => {
          await store.readThread(params)
          later(() => store.archiveThread(params))
        },
      })),
    ),
  },
  {
    id: 'crash-tears-batch',
    breaks: 'a batch is written item by item, and the end of the process leaves some of them',
    violates: 'CRASH-5',
    mayAlsoBreak: ['CONC-1', 'CONC-2', 'CONC-3', 'CONC-6'],
    needs,
    wrap: elsewhere((store) =>
      altered(store, {
        appendItems: async (params) => {
          for (const item of params.items) await store.appendItems({ ...params, items: [item] })
        },
      }),
    ),
  },
  {
    id: 'crash-tears-patch',
    breaks: 'a patch is written field by field, and the end of the process leaves some of them',
    violates: 'CRASH-5',
    mayAlsoBreak: ['CONC-7'],
    needs,
    wrap: elsewhere((store) =>
      altered(store, {
        updateThreadMetadata: async (params) => {
          const { gitInfo, ...plain } = params.patch
          if (gitInfo === undefined) return store.updateThreadMetadata(params)
          await store.updateThreadMetadata({ ...params, patch: plain })
          return store.updateThreadMetadata({ ...params, patch: { gitInfo } })
        },
      }),
    ),
  },
  {
    id: 'crash-leaves-half-import',
    breaks: 'the record of an import is stored after its bytes',
    violates: 'CRASH-5',
    mayAlsoBreak: 'everything',
    needs: all(needs, claims('rawHistory')),
    wrap: elsewhere((store) =>
      altered(store, {
        importThread: async (params) => {
          const { threadId, name } = params.thread
          const nameless = { ...params, thread: { ...params.thread, name: null } }
          const receipt = await store.importThread(nameless)
          if (name !== null) await meddle(store, threadId, { name })
          return receipt
        },
      }),
    ),
  },
  {
    id: 'crash-leaves-half-deletion',
    breaks: 'a deletion empties the record before it removes the thread',
    violates: 'CRASH-5',
    mayAlsoBreak: 'everything',
    needs: all(needs, claims('delete')),
    wrap: elsewhere((store) =>
      altered(store, {
        deleteThread: async (params) => {
          await meddle(store, params.threadId, { title: 'deleted' })
          await store.deleteThread(params)
        },
      }),
    ),
  },
  {
    id: 'recovery-replays-batch',
    breaks: 'what the log of a killed process holds is applied once more',
    violates: 'CRASH-5',
    mayAlsoBreak: ['CRASH-6'],
    needs,
    wrap: elsewhere((store, world) => {
      const log = remembered(world, 'log', () => new Map<ThreadId, readonly RolloutItem[]>())
      const replayed = new Map(world.door === 'reopen' ? log : [])
      const reading = withItems(store, (items, threadId) => [
        ...items,
        ...(replayed.get(threadId) ?? []),
      ])
      const logging = afterwards(reading, {
        appendItems: ({ threadId, items }) => log.set(threadId, items),
        shutdownThread: ({ threadId }) => log.delete(threadId),
      })
      return altered(logging, {
        close: async () => {
          log.clear()
          await store.close()
        },
      })
    }),
  },
  {
    id: 'killed-writer-stays',
    breaks: 'a thread stays live for ever when the process of its writer is killed',
    violates: 'CRASH-6',
    needs,
    seenIn: 'openai/codex#34986',
    wrap: elsewhere((store, world) => {
      const live = remembered(world, 'writers', () => new Set<ThreadId>())
      const left = new Set(world.door === 'reopen' ? live : [])
      const refusing = alteredVerbs(
        store,
        ['createThread', 'resumeThread'],
        async (verb, params: { readonly threadId: ThreadId }) => {
          const { threadId } = params
          if (left.has(threadId)) throw alreadyLive(threadId, 'a process that was killed')
          return call(store, verb, params)
        },
      )
      const knowing = afterwards(refusing, {
        createThread: ({ threadId }) => live.add(threadId),
        resumeThread: ({ threadId }) => live.add(threadId),
        shutdownThread: ({ threadId }) => live.delete(threadId),
        discardThread: ({ threadId }) => live.delete(threadId),
      })
      return altered(knowing, {
        close: async () => {
          live.clear()
          await store.close()
        },
      })
    }),
  },
]
