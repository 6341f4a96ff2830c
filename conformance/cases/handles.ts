import { messages, userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import { fullPatch } from '../build/patches.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { materializes, writers } from '../claims.js'
import { equal, rejects } from '../expect.js'
import { conversationOf, listedIds, observing, recordOf } from '../observe.js'
import { needing } from './needing.js'

const twoHandles = { requires: writers('multi-handle'), doors: ['openSecond'] } as const

/** What handles on one storage promise each other. */
export const handleCases: readonly ConformanceCase[] = needing(twoHandles, [
  {
    id: 'handles.flushed-is-shared',
    title: 'what was flushed is readable through another handle',
    requirements: ['LIFE-9'],
    set: 'smoke',
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      equal(await conversationOf(second, threadId), messages(2))
      await store.appendItems({ threadId, items: [userMessage('more')] })
      await store.flushThread({ threadId })
      equal(await conversationOf(second, threadId), [...messages(2), userMessage('more')])
      equal(await recordOf(second, threadId), await recordOf(store, threadId))
    },
  },
  {
    id: 'handles.changes-are-shared',
    title: 'what one handle changes is seen by another that has read the thread before',
    requirements: ['CONC-6'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await coldThread(context, store)
      equal((await recordOf(second, threadId)).name, null)
      await store.updateThreadMetadata({ threadId, patch: fullPatch(0) })
      equal(await recordOf(second, threadId), await recordOf(store, threadId))
      await store.archiveThread({ threadId })
      equal(await recordOf(second, threadId), await recordOf(store, threadId))
      await rejects(() => second.readThread({ threadId }), 'INVALID_REQUEST archived')
      await second.unarchiveThread({ threadId })
      equal(await recordOf(store, threadId), await recordOf(second, threadId))
    },
  },
  {
    id: 'handles.persisted-is-shared',
    title: 'what was persisted is readable through another handle',
    requirements: ['LIFE-22'],
    run: async (context, store) => {
      const second = await context.second()
      const empty = await liveThread(context, store, { items: [] })
      const threadId = await liveThread(context, store)
      await store.persistThread({ threadId })
      equal(await conversationOf(second, threadId), messages(2))
      equal(await conversationOf(second, empty), [])
      equal((await listedIds(second)).toSorted(), [empty, threadId].toSorted())
    },
  },
  {
    id: 'handles.live-elsewhere',
    title: 'a thread that is live on another handle is neither created nor resumed',
    requirements: ['LIFE-6'],
    set: 'smoke',
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      const live = 'CONFLICT already-live'
      const unchanged = observing(store, threadId)
      await rejects(() => second.resumeThread({ threadId }), live, unchanged)
      await rejects(() => second.createThread(creating(threadId)), live, unchanged)
      await store.appendItems({ threadId, items: [userMessage('still mine')] })
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('still mine')])
    },
  },
  {
    id: 'handles.resumed-elsewhere',
    title: 'a thread that another handle resumed is not live on this one',
    requirements: ['LIFE-6'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await coldThread(context, store)
      await second.resumeThread({ threadId })
      const unchanged = observing(second, threadId)
      const append = (): Promise<void> => store.appendItems({ threadId, items: messages(1) })
      await rejects(append, 'CONFLICT not-live', unchanged)
      await rejects(() => store.resumeThread({ threadId }), 'CONFLICT already-live', unchanged)
    },
  },
  {
    id: 'handles.discard-elsewhere',
    title: 'a discard leaves the writer of another handle alone',
    requirements: ['LIFE-14'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      await second.discardThread({ threadId })
      await store.appendItems({ threadId, items: [userMessage('still mine')] })
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('still mine')])
    },
  },
  {
    id: 'handles.hand-over',
    title: 'another handle resumes a thread once its writer was shut down or discarded',
    requirements: ['LIFE-16'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await coldThread(context, store)
      await second.resumeThread({ threadId })
      await second.appendItems({ threadId, items: [userMessage('second')] })
      await second.flushThread({ threadId })
      await second.discardThread({ threadId })
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: [userMessage('first again')] })
      await store.shutdownThread({ threadId })
      equal(await conversationOf(second, threadId), [
        ...messages(2),
        userMessage('second'),
        userMessage('first again'),
      ])
    },
  },
  {
    id: 'handles.close-releases',
    title: 'close keeps everything acknowledged and lets go of the writers',
    requirements: ['LIFE-17'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await liveThread(context, store)
      await store.appendItems({ threadId, items: [userMessage('unflushed')] })
      await store.close()
      equal(await conversationOf(second, threadId), [...messages(2), userMessage('unflushed')])
      await second.resumeThread({ threadId })
      await second.appendItems({ threadId, items: [userMessage('second')] })
      equal((await conversationOf(second, threadId)).length, 4)
    },
  },
  {
    id: 'handles.close-is-ours',
    title: 'close lets go of no writer of another handle',
    requirements: ['LIFE-17'],
    run: async (context, store) => {
      const second = await context.second()
      const threadId = await liveThread(context, store)
      await second.close()
      await store.appendItems({ threadId, items: [userMessage('still mine')] })
      await store.shutdownThread({ threadId })
      equal((await conversationOf(store, threadId)).length, 3)
    },
  },
  {
    id: 'handles.eager',
    title: 'in an eager store a created thread is there for every handle at once',
    requirements: ['LIFE-19'],
    requires: materializes('eager'),
    run: async (context, store) => {
      const second = await context.second()
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      equal(await listedIds(store), [threadId])
      equal(await listedIds(second), [threadId])
      equal((await recordOf(second, threadId)).threadId, threadId)
    },
  },
  {
    id: 'handles.lazy',
    title: 'in a lazy store only its own handle knows a thread before its first item',
    requirements: ['LIFE-20'],
    requires: materializes('lazy'),
    run: async (context, store) => {
      const second = await context.second()
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      equal((await recordOf(store, threadId)).threadId, threadId)
      equal(await listedIds(second), [])
      await rejects(() => second.readThread({ threadId }), 'THREAD_NOT_FOUND unknown-thread')
      await store.appendItems({ threadId, items: messages(1) })
      await store.flushThread({ threadId })
      equal(await listedIds(second), [threadId])
      equal(await conversationOf(second, threadId), messages(1))
    },
  },
  {
    id: 'handles.lazy-persist',
    title: 'in a lazy store persisting a thread makes it known to every handle',
    requirements: ['LIFE-22'],
    requires: materializes('lazy'),
    run: async (context, store) => {
      const second = await context.second()
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      await store.persistThread({ threadId })
      equal(await listedIds(second), [threadId])
      equal(await recordOf(second, threadId), await recordOf(store, threadId))
    },
  },
])

/** What becomes of a thread that was created and never used, in a lazy store. */
export const lazyCases: readonly ConformanceCase[] = (
  ['shutdownThread', 'discardThread'] as const
).map((verb): ConformanceCase => ({
  id: `life.never-materialised.${verb}`,
  title: `in a lazy store ${verb} of a thread that was never used leaves nothing behind`,
  requirements: ['LIFE-21'],
  requires: materializes('lazy'),
  run: async (context, store) => {
    const threadId = context.threadId()
    await store.createThread(creating(threadId))
    await store[verb]({ threadId })
    equal(await listedIds(store), [])
    await rejects(() => store.readThread({ threadId }), 'THREAD_NOT_FOUND unknown-thread')
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: messages(1) })
    equal(await conversationOf(store, threadId), messages(1))
  },
}))
