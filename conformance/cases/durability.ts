import { at, messages, rolledBack, turn, userMessage } from '../build/items.js'
import { fullPatch } from '../build/patches.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims, durable } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { conversationOf, itemsOf, listed, listedIds, observe, recordOf } from '../observe.js'
import { needing } from './needing.js'
import { turnsOf } from './turns.js'

const reopening = { requires: durable('reopen'), doors: ['reopen'] } as const

/** What is there when the storage is opened again. */
export const durabilityCases: readonly ConformanceCase[] = needing(reopening, [
  {
    id: 'reopen.history',
    title: 'what was flushed, shut down or closed is there after the storage is opened again',
    requirements: ['CRASH-1'],
    set: 'smoke',
    run: async (context, store) => {
      const flushed = await liveThread(context, store, { items: messages(2, 'flushed') })
      await store.flushThread({ threadId: flushed })
      const closed = await liveThread(context, store, { items: messages(2, 'closed') })
      const shut = await coldThread(context, store, { items: messages(2, 'shut') })
      const items = await itemsOf(store, flushed)
      const reopened = await context.reopen()
      equal(await itemsOf(reopened, flushed), items)
      equal(await conversationOf(reopened, closed), messages(2, 'closed'))
      equal(await conversationOf(reopened, shut), messages(2, 'shut'))
      equal((await listedIds(reopened)).toSorted(), [flushed, closed, shut].toSorted())
    },
  },
  {
    id: 'reopen.metadata',
    title: 'metadata, cleared fields and the archive are as they were',
    requirements: ['CRASH-2'],
    set: 'smoke',
    run: async (context, store) => {
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: 'https://example.com/r.git' }
      const patched = await coldThread(context, store, { patch: fullPatch(0) })
      const cleared = await coldThread(context, store, {
        metadata: { gitInfo },
        patch: { ...fullPatch(1), gitInfo: {} },
      })
      await store.updateThreadMetadata({
        threadId: cleared,
        patch: { name: null, agentRole: null, gitInfo: { sha: null } },
      })
      const archived = await archivedThread(context, store, { patch: { name: 'archived' } })
      const back = await archivedThread(context, store, { patch: { updatedAt: at(0) } })
      await store.unarchiveThread({ threadId: back })
      const ids = [patched, cleared, archived, back]
      const before = await observe(store, ...ids)
      const lists = [await listed(store), await listed(store, { archived: true })]
      const reopened = await context.reopen()
      equal(await observe(reopened, ...ids), before)
      equal([await listed(reopened), await listed(reopened, { archived: true })], lists)
    },
  },
  {
    id: 'reopen.writers',
    title: 'no thread is live after the storage is opened again, and each can be resumed',
    requirements: ['CRASH-1'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      const reopened = await context.reopen()
      const append = (): Promise<void> => reopened.appendItems({ threadId, items: messages(1) })
      await rejects(append, 'CONFLICT not-live')
      await reopened.resumeThread({ threadId })
      await reopened.appendItems({ threadId, items: [userMessage('after')] })
      await reopened.flushThread({ threadId })
      equal(await conversationOf(reopened, threadId), [...messages(2), userMessage('after')])
    },
  },
  {
    id: 'reopen.deleted',
    title: 'a deleted thread stays deleted',
    requirements: ['CRASH-2'],
    requires: claims('delete'),
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      await store.deleteThread({ threadId })
      const reopened = await context.reopen()
      equal(await listedIds(reopened), [])
      await rejects(() => reopened.readThread({ threadId }), 'THREAD_NOT_FOUND unknown-thread')
    },
  },
  {
    id: 'reopen.rollback',
    title: 'a rollback folds the same after the storage is opened again',
    requirements: ['CRASH-1'],
    requires: claims('turns'),
    run: async (context, store) => {
      const items = [...turn('turn-1', 'one'), ...turn('turn-2', 'two'), rolledBack(1)]
      const threadId = await coldThread(context, store, { items })
      const before = await turnsOf(store, threadId)
      const reopened = await context.reopen()
      equal(await turnsOf(reopened, threadId), before)
      equal(
        before.map(({ turnId }) => turnId),
        ['turn-1'],
      )
    },
  },
  {
    id: 'reopen.lineage',
    title: 'forks and reverts are as they were',
    requirements: ['CRASH-1'],
    requires: claims('lineage'),
    run: async (context, store) => {
      const parent = await coldThread(context, store, {
        historyMode: 'paginated',
        items: messages(3),
      })
      const base = { rolloutId: parent, endOrdinalExclusive: 3 }
      const fork = await coldThread(context, store, { base, items: messages(1, 'fork') })
      await store.revertThread({ threadId: parent, base: { ...base, endOrdinalExclusive: 2 } })
      const before = await observe(store, parent, fork)
      const reopened = await context.reopen()
      equal(await observe(reopened, parent, fork), before)
      equal((await recordOf(reopened, fork)).historyMode, 'paginated')
    },
  },
])
