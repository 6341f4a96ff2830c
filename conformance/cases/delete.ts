import { messages } from '../build/items.js'
import { creating } from '../build/params.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { conversationOf, listedIds, observe, observing, recordOf } from '../observe.js'
import { needing } from './needing.js'

/** Threads that go for good. */
export const deleteCases: readonly ConformanceCase[] = needing({ requires: claims('delete') }, [
  {
    id: 'delete.unknown-afterwards',
    title: 'a deleted thread is unknown to every call',
    requirements: ['DEL-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: { name: 'gone' } })
      await store.deleteThread({ threadId })
      const unknown = 'THREAD_NOT_FOUND unknown-thread'
      await rejects(() => store.readThread({ threadId, includeArchived: true }), unknown)
      await rejects(() => store.loadHistory({ threadId, includeArchived: true }), unknown)
      await rejects(() => store.resumeThread({ threadId, includeArchived: true }), unknown)
      await rejects(() => store.updateThreadMetadata({ threadId, patch: {} }), unknown)
      await rejects(() => store.deleteThread({ threadId }), unknown)
      equal(await listedIds(store), [])
      equal(await listedIds(store, { archived: true, searchTerm: 'gone' }), [])
    },
  },
  {
    id: 'delete.id-is-free',
    title: 'the id of a deleted thread is used again, and nothing of the old thread shows',
    requirements: ['DEL-1'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, {
        items: messages(5, 'old'),
        patch: { name: 'old', memoryMode: 'disabled' },
        metadata: { gitInfo: { sha: 'old', branch: null, originUrl: null } },
      })
      await store.deleteThread({ threadId })
      await store.createThread(creating(threadId))
      await store.appendItems({ threadId, items: messages(1, 'new') })
      await store.flushThread({ threadId })
      equal(await conversationOf(store, threadId), messages(1, 'new'))
      const { name, memoryMode, gitInfo } = await recordOf(store, threadId)
      equal({ name, memoryMode, gitInfo }, { name: null, memoryMode: 'enabled', gitInfo: null })
    },
  },
  {
    id: 'delete.live',
    title: 'a live thread is not deleted',
    requirements: ['DEL-2'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await rejects(
        () => store.deleteThread({ threadId }),
        'CONFLICT already-live',
        observing(store, threadId),
      )
      await store.appendItems({ threadId, items: messages(1, 'still live') })
      await store.shutdownThread({ threadId })
      await store.deleteThread({ threadId })
      equal(await listedIds(store), [])
    },
  },
  {
    id: 'delete.others-stay',
    title: 'deleting a thread removes nothing of any other',
    requirements: ['DEL-3'],
    run: async (context, store) => {
      const others = [
        await coldThread(context, store),
        await archivedThread(context, store),
        await liveThread(context, store),
      ]
      const before = await observe(store, ...others)
      const threadId = context.threadId()
      await store.createThread(creating(threadId, { parentThreadId: others[0] ?? null }))
      await store.appendItems({ threadId, items: messages(2) })
      await store.shutdownThread({ threadId })
      await store.deleteThread({ threadId })
      equal(await observe(store, ...others), before)
    },
  },
  {
    id: 'delete.archived',
    title: 'an archived thread is deleted like any other',
    requirements: ['DEL-4'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      await store.deleteThread({ threadId })
      equal(await listedIds(store, { archived: true }), [])
      const read = (): Promise<unknown> => store.readThread({ threadId, includeArchived: true })
      await rejects(read, 'THREAD_NOT_FOUND unknown-thread')
    },
  },
])
