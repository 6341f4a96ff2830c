import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { HistoryBase } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { messages, turn } from '../build/items.js'
import { creating } from '../build/params.js'
import { fullPatch } from '../build/patches.js'
import { type Arrangement, archivedThread, coldThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, rejects, under } from '../expect.js'
import { conversationOf, itemsOf, observe, observing, recordOf } from '../observe.js'
import { needing } from './needing.js'
import { turnsOf } from './turns.js'

/** A paginated thread; its session_meta has ordinal 0, its items those that follow. */
function paginated(
  context: CaseContext,
  items: readonly RolloutItem[],
  more: Arrangement = {},
): Promise<ThreadId> {
  return coldThread(context, context.store, { historyMode: 'paginated', items, ...more })
}

/** A place in a rollout: everything with a smaller ordinal is before it. */
function place(rolloutId: string, endOrdinalExclusive: number): HistoryBase {
  return { rolloutId, endOrdinalExclusive }
}

/** A fork of a history by reference, with some items of its own. */
async function forked(
  context: CaseContext,
  base: HistoryBase,
  items: readonly RolloutItem[],
): Promise<ThreadId> {
  const { store } = context
  const threadId = context.threadId()
  await store.createThread(creating(threadId, { base }))
  await store.appendItems({ threadId, items })
  await store.shutdownThread({ threadId })
  return threadId
}

async function appended(
  store: ThreadStore,
  threadId: ThreadId,
  items: readonly RolloutItem[],
): Promise<void> {
  await store.resumeThread({ threadId })
  await store.appendItems({ threadId, items })
  await store.shutdownThread({ threadId })
}

/** The texts of a conversation, whatever ordinals its items have. */
async function said(store: ThreadStore, threadId: ThreadId): Promise<unknown[]> {
  const items = await conversationOf(store, threadId)
  return items.map(({ payload }) => (payload as { message?: unknown }).message)
}

function texts(...parts: readonly (readonly [string, number])[]): string[] {
  return parts.flatMap(([label, count]) =>
    Array.from({ length: count }, (_, index) => `${label} ${index}`),
  )
}

async function rolloutOf(store: ThreadStore, threadId: ThreadId): Promise<string> {
  const { position } = await store.loadHistory({ threadId, includeArchived: true })
  return position?.rolloutId ?? 'none'
}

/** Histories that begin in others. */
export const lineageCases: readonly ConformanceCase[] = needing({ requires: claims('lineage') }, [
  {
    id: 'line.fork',
    title: 'a fork has the history up to its base, then its own session_meta and items',
    requirements: ['LINE-1'],
    set: 'smoke',
    run: async (context, store) => {
      const parent = await paginated(context, messages(3, 'parent'))
      const fork = await forked(context, place(parent, 3), messages(2, 'fork'))
      const items = await itemsOf(store, fork)
      const inherited = (await itemsOf(store, parent)).slice(0, 3)
      equal(items.slice(0, 3), inherited)
      equal(
        items.map(({ type, ordinal }) => [type, ordinal]),
        [
          ['session_meta', 0],
          ['event_msg', 1],
          ['event_msg', 2],
          ['session_meta', 3],
          ['event_msg', 4],
          ['event_msg', 5],
        ],
      )
      equal(await said(store, fork), texts(['parent', 2], ['fork', 2]))
      equal((await recordOf(store, fork)).historyMode, 'paginated')
    },
  },
  {
    id: 'line.fork-of-everything',
    title: 'a base at the end of a history takes all of it, one at its beginning nothing',
    requirements: ['LINE-1'],
    run: async (context, store) => {
      const parent = await paginated(context, messages(3, 'parent'))
      const whole = await forked(context, place(parent, 4), messages(1, 'fork'))
      const none = await forked(context, place(parent, 0), messages(1, 'fork'))
      equal(await said(store, whole), texts(['parent', 3], ['fork', 1]))
      equal(await said(store, none), texts(['fork', 1]))
    },
  },
  {
    id: 'line.fork-archived',
    title: 'an archived thread is forked like any other, and the fork is not archived',
    requirements: ['LINE-1'],
    run: async (context, store) => {
      const parent = await archivedThread(context, store, {
        historyMode: 'paginated',
        items: messages(2, 'parent'),
      })
      const fork = await forked(context, place(parent, 3), messages(1, 'fork'))
      equal(await said(store, fork), texts(['parent', 2], ['fork', 1]))
      equal((await recordOf(store, fork)).archivedAt, null)
    },
  },
  {
    id: 'line.apart',
    title: 'what is appended after a fork is seen by the thread it was appended to alone',
    requirements: ['LINE-2'],
    set: 'smoke',
    run: async (context, store) => {
      const parent = await paginated(context, messages(2, 'parent'))
      const fork = await forked(context, place(parent, 3), messages(1, 'fork'))
      await appended(store, parent, messages(2, 'later'))
      await appended(store, fork, messages(1, 'after'))
      equal(await said(store, fork), texts(['parent', 2], ['fork', 1], ['after', 1]))
      equal(await said(store, parent), texts(['parent', 2], ['later', 2]))
    },
  },
  {
    id: 'line.nested',
    title: 'a fork of a fork of a fork has all their histories',
    requirements: ['LINE-3'],
    run: async (context, store) => {
      const a = await paginated(context, messages(2, 'a'))
      const b = await forked(context, place(a, 3), messages(2, 'b'))
      const c = await forked(context, place(b, 5), messages(2, 'c'))
      const d = await forked(context, place(c, 8), messages(1, 'd'))
      equal(await said(store, d), texts(['a', 2], ['b', 1], ['c', 2], ['d', 1]))
      const ordinals = (await itemsOf(store, d)).map(({ ordinal }) => ordinal)
      equal(
        ordinals,
        ordinals.map((_, index) => index),
      )
    },
  },
  {
    id: 'line.deep',
    title: 'the last of a dozen forks that begin from each other has all their histories',
    requirements: ['LINE-3'],
    run: async (context, store) => {
      let threadId = await paginated(context, messages(1, 'fork 0'))
      for (let depth = 1; depth <= 12; depth += 1) {
        threadId = await forked(context, place(threadId, 2 * depth), messages(1, `fork ${depth}`))
      }
      const labels = Array.from({ length: 13 }, (_, depth) => [`fork ${depth}`, 1] as const)
      equal(await said(store, threadId), texts(...labels))
    },
  },
  {
    id: 'line.base-in-ancestor',
    title: 'a place before a rollout’s own start is found in its bases',
    requirements: ['LINE-3'],
    run: async (context, store) => {
      const a = await paginated(context, messages(3, 'a'))
      const b = await forked(context, place(a, 4), messages(2, 'b'))
      const fork = await forked(context, place(b, 2), messages(1, 'fork'))
      equal(await said(store, fork), texts(['a', 1], ['fork', 1]))
    },
  },
  {
    id: 'line.revert',
    title: 'a revert hides what follows its base, and later items follow the base',
    requirements: ['LINE-4'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await paginated(context, messages(4, 'item'))
      await store.revertThread({ threadId, base: place(threadId, 3) })
      equal(await said(store, threadId), texts(['item', 2]))
      await appended(store, threadId, messages(2, 'later'))
      equal(await said(store, threadId), texts(['item', 2], ['later', 2]))
    },
  },
  {
    id: 'line.revert-record',
    title: 'a revert changes no field of the record and returns it',
    requirements: ['LINE-5'],
    run: async (context, store) => {
      const threadId = await paginated(context, messages(3), { patch: fullPatch(0) })
      const before = await recordOf(store, threadId)
      const returned = await store.revertThread({ threadId, base: place(threadId, 2) })
      // A store with files begins a new one, and says where it is.
      const after = await recordOf(store, threadId)
      const { rolloutPath } = store.supports.paths ? after : before
      equal(after, { ...before, rolloutPath })
      equal(returned, after)
    },
  },
  {
    id: 'line.revert-archived',
    title: 'an archived thread is reverted and stays archived',
    requirements: ['LINE-5'],
    run: async (context, store) => {
      const threadId = await paginated(context, messages(3, 'item'))
      await store.archiveThread({ threadId })
      const { archivedAt } = await recordOf(store, threadId)
      await store.revertThread({ threadId, base: place(threadId, 2) })
      equal((await recordOf(store, threadId)).archivedAt, archivedAt)
      equal(await said(store, threadId), texts(['item', 1]))
    },
  },
  {
    id: 'line.revert-again',
    title: 'a thread is reverted again, also to a place before the first revert',
    requirements: ['LINE-6'],
    run: async (context, store) => {
      const threadId = await paginated(context, messages(4, 'item'))
      await store.revertThread({ threadId, base: place(threadId, 4) })
      await appended(store, threadId, messages(2, 'second'))
      const current = await rolloutOf(store, threadId)
      await store.revertThread({ threadId, base: place(current, 6) })
      equal(await said(store, threadId), texts(['item', 3], ['second', 1]))
      const last = await rolloutOf(store, threadId)
      await store.revertThread({ threadId, base: place(last, 2) })
      equal(await said(store, threadId), texts(['item', 1]))
    },
  },
  {
    id: 'line.revert-fork',
    title: 'a fork is reverted into the history it began from',
    requirements: ['LINE-6'],
    run: async (context, store) => {
      const parent = await paginated(context, messages(3, 'parent'))
      const fork = await forked(context, place(parent, 4), messages(2, 'fork'))
      await store.revertThread({ threadId: fork, base: place(fork, 2) })
      await appended(store, fork, messages(1, 'after'))
      equal(await said(store, fork), texts(['parent', 1], ['after', 1]))
      equal(await said(store, parent), texts(['parent', 3]))
    },
  },
  {
    id: 'line.fork-of-reverted',
    title: 'a fork of a reverted thread has what the revert left',
    requirements: ['LINE-3'],
    run: async (context, store) => {
      const threadId = await paginated(context, messages(3, 'item'))
      await store.revertThread({ threadId, base: place(threadId, 2) })
      await appended(store, threadId, messages(1, 'after'))
      const { position } = await store.loadHistory({ threadId })
      const fork = await forked(context, position ?? place(threadId, 0), messages(1, 'fork'))
      equal(await said(store, fork), texts(['item', 1], ['after', 1], ['fork', 1]))
    },
  },
  {
    id: 'line.revert-live',
    title: 'a live thread is not reverted',
    requirements: ['LINE-13'],
    run: async (context, store) => {
      const threadId = await paginated(context, messages(3))
      await store.resumeThread({ threadId })
      await rejects(
        () => store.revertThread({ threadId, base: place(threadId, 2) }),
        'CONFLICT already-live',
        observing(store, threadId),
      )
    },
  },
  {
    id: 'line.independent',
    title: 'reverting a base’s thread leaves the fork as it was',
    requirements: ['LINE-14'],
    run: async (context, store) => {
      const parent = await paginated(context, messages(3, 'parent'))
      const fork = await forked(context, place(parent, 4), messages(1, 'fork'))
      const before = await observe(store, fork)
      await store.revertThread({ threadId: parent, base: place(parent, 2) })
      await appended(store, parent, messages(1, 'again'))
      equal(await observe(store, fork), before)
    },
  },
  {
    id: 'line.turns',
    title: 'turns are listed over the whole lineage, without what was reverted',
    requirements: ['LINE-15'],
    requires: claims('turns'),
    run: async (context, store) => {
      const one = turn('turn-1', 'one', 0)
      const two = turn('turn-2', 'two', 10)
      const threadId = await paginated(context, [...one, ...two])
      const fork = await forked(context, place(threadId, 17), turn('turn-3', 'three', 20))
      await store.revertThread({ threadId, base: place(threadId, 9) })
      await appended(store, threadId, turn('turn-4', 'four', 30))
      const turnIds = async (id: string): Promise<string[]> =>
        (await turnsOf(store, id)).map((each) => each.turnId)
      equal(await turnIds(fork), ['turn-1', 'turn-2', 'turn-3'])
      equal(await turnIds(threadId), ['turn-1', 'turn-4'])
    },
  },
  {
    id: 'line.nothing-copied',
    title: 'forks and reverts copy nothing of what they begin from',
    requirements: ['LINE-12'],
    requires: claims('rawHistory'),
    run: async (context, store) => {
      const parent = await paginated(context, messages(50, 'a rather long message of the parent'))
      const fork = await forked(context, place(parent, 51), messages(1, 'fork'))
      await store.revertThread({ threadId: parent, base: place(parent, 40) })
      const [own] = (await store.historyDigest({ threadId: fork })).rollouts
      const [before, after] = (await store.historyDigest({ threadId: parent })).rollouts
      equal([own?.itemCount, before?.itemCount, after?.itemCount], [2, 51, 1])
    },
  },
  {
    id: 'line.delete-referenced',
    title: 'a thread that another begins from is deleted only after that one',
    requirements: ['LINE-9', 'LINE-14'],
    requires: claims('delete'),
    run: async (context, store) => {
      const parent = await paginated(context, messages(2, 'parent'))
      const fork = await forked(context, place(parent, 3), messages(1, 'fork'))
      await under('LINE-9', () =>
        rejects(
          () => store.deleteThread({ threadId: parent }),
          'CONFLICT referenced',
          observing(store, parent, fork),
        ),
      )
      await store.deleteThread({ threadId: fork })
      await under('LINE-14', async () => {
        equal(await said(store, parent), texts(['parent', 2]))
      })
      await under('LINE-9', () => store.deleteThread({ threadId: parent }))
    },
  },
  {
    id: 'line.delete-reverted',
    title: 'a thread whose own rollouts begin from each other is deleted',
    requirements: ['LINE-9'],
    requires: claims('delete'),
    run: async (context, store) => {
      const threadId = await paginated(context, messages(3))
      await store.revertThread({ threadId, base: place(threadId, 2) })
      await store.deleteThread({ threadId })
      await rejects(() => store.readThread({ threadId }), 'THREAD_NOT_FOUND unknown-thread')
    },
  },
])
