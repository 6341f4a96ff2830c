import { isoMillis } from '../../src/host/clock.js'
import { at, messages } from '../build/items.js'
import { fullPatch } from '../build/patches.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { equal, holds, rejects, under } from '../expect.js'
import { conversationOf, itemsOf, listed, listedIds, observing, recordOf } from '../observe.js'

/** Into the archive and back. */
export const archiveCases: readonly ConformanceCase[] = [
  {
    id: 'archive.hides',
    title: 'an archived thread has a time, and is listed only among the archived',
    requirements: ['ARCH-1', 'LIST-2'],
    set: 'smoke',
    run: async (context, store) => {
      const { limits } = context
      const threadId = await coldThread(context, store)
      const other = await coldThread(context, store)
      const before = context.now() - limits.clockSkewMs
      await store.archiveThread({ threadId })
      const { archivedAt } = await recordOf(store, threadId)
      const latest = isoMillis(context.now() + limits.clockSkewMs)
      const inTime = archivedAt !== null && archivedAt >= isoMillis(before) && archivedAt <= latest
      await under('ARCH-1', () =>
        holds(inTime, `archivedAt is the time of the call, not ${archivedAt}`),
      )
      await under('ARCH-1', async () => equal(await listedIds(store), [other]))
      await under('LIST-2', async () => {
        equal(await listedIds(store, { archived: true }), [threadId])
      })
    },
  },
  {
    id: 'archive.changes-nothing-else',
    title: 'archiving changes archivedAt alone and nothing of the history',
    requirements: ['ARCH-2'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: fullPatch(0) })
      const before = await recordOf(store, threadId)
      const items = await itemsOf(store, threadId)
      await store.archiveThread({ threadId })
      const { archivedAt, rolloutPath } = await recordOf(store, threadId)
      // A store with files may move the file; where it lies then is its own to say.
      const path = store.supports.paths ? rolloutPath : before.rolloutPath
      const expected = { ...before, archivedAt, rolloutPath: path }
      equal(await recordOf(store, threadId), expected)
      equal(await listed(store, { archived: true }), [expected])
      equal(await itemsOf(store, threadId), items)
    },
  },
  {
    id: 'archive.needs-flag',
    title: 'an archived thread is read only with includeArchived',
    requirements: ['HIST-5'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      const archived = 'INVALID_REQUEST archived'
      await rejects(() => store.readThread({ threadId }), archived)
      await rejects(() => store.readThread({ threadId, includeArchived: false }), archived)
      await rejects(() => store.readThread({ threadId, includeHistory: true }), archived)
      await rejects(() => store.loadHistory({ threadId }), archived)
      equal(await conversationOf(store, threadId), messages(2))
    },
  },
  {
    id: 'archive.twice',
    title: 'an archived thread is not archived again',
    requirements: ['ARCH-3'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      await rejects(
        () => store.archiveThread({ threadId }),
        'INVALID_REQUEST archived',
        observing(store, threadId),
      )
    },
  },
  {
    id: 'archive.unarchive',
    title: 'unarchiving clears archivedAt, moves updatedAt to now and changes nothing else',
    requirements: ['ARCH-4'],
    set: 'smoke',
    run: async (context, store) => {
      const { limits } = context
      const threadId = await coldThread(context, store, {
        patch: { ...fullPatch(0), updatedAt: at(-9_000) },
      })
      const before = await recordOf(store, threadId)
      const items = await conversationOf(store, threadId)
      await store.archiveThread({ threadId })
      const earliest = isoMillis(context.now() - limits.clockSkewMs)
      const returned = await store.unarchiveThread({ threadId })
      const { updatedAt, rolloutPath } = returned
      holds(updatedAt >= earliest, `updatedAt is the time of the call, not ${updatedAt}`)
      const path = store.supports.paths ? rolloutPath : before.rolloutPath
      equal(returned, { ...before, updatedAt, rolloutPath: path })
      equal(await recordOf(store, threadId), returned)
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'archive.not-archived',
    title: 'a thread that is not archived is not unarchived',
    requirements: ['ARCH-5'],
    run: async (context, store) => {
      const live = await liveThread(context, store)
      const cold = await coldThread(context, store)
      for (const threadId of [live, cold]) {
        await rejects(
          () => store.unarchiveThread({ threadId }),
          'INVALID_REQUEST not-archived',
          observing(store, live, cold),
        )
      }
    },
  },
  {
    id: 'archive.live-stays-live',
    title: 'archiving a live thread leaves its writer live',
    requirements: ['ARCH-6'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.archiveThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'archived') })
      await store.flushThread({ threadId })
      equal(await conversationOf(store, threadId), [...messages(2), ...messages(1, 'archived')])
      await store.unarchiveThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'back') })
      await store.shutdownThread({ threadId })
      equal((await conversationOf(store, threadId)).length, 4)
    },
  },
  {
    id: 'archive.live-is-patched',
    title: 'a thread that was archived while live is patched in every way',
    requirements: ['META-14'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.archiveThread({ threadId })
      const patches = [
        { name: 'archived' },
        { memoryMode: 'disabled' },
        { gitInfo: { branch: 'main' } },
      ] as const
      for (const patch of patches) {
        await store.updateThreadMetadata({ threadId, patch, includeArchived: true })
      }
      const { name, memoryMode, gitInfo } = await recordOf(store, threadId)
      equal([name, memoryMode, gitInfo?.branch], ['archived', 'disabled', 'main'])
    },
  },
  {
    id: 'archive.back-to-normal',
    title: 'an unarchived thread is listed, read and resumed like any other',
    requirements: ['ARCH-7'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      await store.unarchiveThread({ threadId })
      equal(await listedIds(store), [threadId])
      equal(await listedIds(store, { archived: true }), [])
      equal((await store.readThread({ threadId })).archivedAt, null)
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'back') })
      await store.shutdownThread({ threadId })
      equal((await store.loadHistory({ threadId })).items.slice(-1), messages(1, 'back'))
      await store.archiveThread({ threadId })
      equal(await listedIds(store, { archived: true }), [threadId])
    },
  },
]
