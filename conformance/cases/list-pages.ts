import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ListThreadsParams } from '../../src/store/params.js'
import { at } from '../build/items.js'
import { creating } from '../build/params.js'
import { coldThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, holds, rejects, under } from '../expect.js'
import { listedIds } from '../observe.js'

/** Threads in the order of the default list, all created in the same millisecond. */
async function simultaneous(context: CaseContext, count: number): Promise<ThreadId[]> {
  const ids: ThreadId[] = []
  for (let index = 0; index < count; index += 1) {
    ids.push(
      await coldThread(context, context.store, { patch: { createdAt: at(0), updatedAt: at(0) } }),
    )
  }
  return ids.toSorted((a, b) => (a < b ? 1 : -1))
}

/** The page after the first, after something happened in between. */
async function secondPageAfter(
  context: CaseContext,
  change: (first: readonly ThreadId[]) => Promise<unknown>,
): Promise<{ first: ThreadId[]; rest: ThreadId[] }> {
  const { store } = context
  const page = await store.listThreads({ pageSize: 3 })
  const first = page.items.map((thread) => thread.threadId)
  await change(first)
  holds(page.nextCursor !== null, 'there is a second page')
  const next = await store.listThreads({ pageSize: 100, cursor: page.nextCursor })
  return { first, rest: next.items.map((thread) => thread.threadId) }
}

const otherQueries: readonly Partial<ListThreadsParams>[] = [
  { sortKey: 'updatedAt' },
  { sortDirection: 'asc' },
  { archived: true },
  { allowedSources: ['cli'] },
  { modelProviders: ['openai'] },
  { cwdFilters: ['/home/dev/project'] },
  { parentThreadId: '00000000-0000-7000-8000-00000000000f' },
  { searchTerm: 'x' },
]

/** Lists, page by page. */
export const listPageCases: readonly ConformanceCase[] = [
  {
    id: 'page.equal-times',
    title: 'pages of threads with equal times hold each of them once',
    requirements: ['LIST-4', 'LIST-5'],
    set: 'smoke',
    run: async (context, store) => {
      const ids = await simultaneous(context, 7)
      for (const pageSize of [1, 2, 3, 6, 7, 8]) {
        for (const sortDirection of ['desc', 'asc'] as const) {
          const query = {
            sortDirection,
            sortKey: sortDirection === 'asc' ? 'updatedAt' : 'createdAt',
          } as const
          const pages = await listedIds(store, { ...query, pageSize })
          const expected = sortDirection === 'desc' ? ids : ids.toReversed()
          await under('LIST-5', () =>
            equal(pages.toSorted(), ids.toSorted(), `pages of ${pageSize}`),
          )
          await under('LIST-4', () => equal(pages, expected, `order of pages of ${pageSize}`))
        }
      }
    },
  },
  {
    id: 'page.size',
    title: 'a page holds pageSize threads, only the last one less, and that one has no cursor',
    requirements: ['LIST-6'],
    run: async (context, store) => {
      await simultaneous(context, 5)
      const sizes: number[] = []
      let cursor: string | null = null
      do {
        const page = await store.listThreads({ pageSize: 2, cursor })
        sizes.push(page.items.length)
        cursor = page.nextCursor
      } while (cursor !== null && sizes.length < 10)
      equal(sizes, [2, 2, 1])
      equal((await store.listThreads({ pageSize: 5 })).nextCursor, null)
    },
  },
  {
    id: 'page.large',
    title: 'a page of more than a hundred threads holds as many as were asked for',
    requirements: ['LIST-6'],
    run: async (context, store) => {
      const create = async (threadId: ThreadId): Promise<void> => {
        await store.createThread(creating(threadId))
        if (store.supports.materialization === 'lazy') await store.persistThread({ threadId })
      }
      await Promise.all(Array.from({ length: 103 }, () => create(context.threadId())))
      for (const pageSize of [101, 102, 103, 1000]) {
        const { items, nextCursor } = await store.listThreads({ pageSize })
        equal([items.length, nextCursor !== null], [Math.min(pageSize, 103), pageSize < 103])
      }
    },
  },
  {
    id: 'page.null-cursor',
    title: 'a cursor that is null is the first page',
    requirements: ['LIST-18'],
    run: async (context, store) => {
      await simultaneous(context, 3)
      const first = await store.listThreads({ pageSize: 2 })
      equal(await store.listThreads({ pageSize: 2, cursor: null }), first)
    },
  },
  {
    id: 'page.made-up-cursor',
    title: 'a cursor that no list returned is refused',
    requirements: ['LIST-7'],
    set: 'smoke',
    run: async (context, store) => {
      await simultaneous(context, 3)
      const { nextCursor } = await store.listThreads({ pageSize: 2 })
      const real = nextCursor ?? ''
      const made = ['x', '0', '{}', 'bnVsbA', real.slice(1), real.slice(0, -4)]
      for (const cursor of [...made, '"'.repeat(5_000)]) {
        await rejects(
          () => store.listThreads({ pageSize: 2, cursor }),
          'INVALID_REQUEST invalid-cursor',
        )
      }
    },
  },
  {
    id: 'page.foreign-cursor',
    title: 'a cursor of a list with another order or other filters is refused',
    requirements: ['LIST-8'],
    run: async (context, store) => {
      await simultaneous(context, 3)
      const { nextCursor: cursor } = await store.listThreads({ pageSize: 1 })
      for (const query of otherQueries) {
        await rejects(
          () => store.listThreads({ pageSize: 1, cursor, ...query }),
          'INVALID_REQUEST invalid-cursor',
        )
      }
      const sorted = { sortKey: 'createdAt', sortDirection: 'desc' } as const
      const spelled = await store.listThreads({ pageSize: 2, cursor, ...sorted, archived: false })
      equal(spelled, await store.listThreads({ pageSize: 2, cursor }), 'defaults spelled out')
    },
  },
  {
    id: 'page.size-may-differ',
    title: 'the page size may differ from page to page',
    requirements: ['LIST-8'],
    run: async (context, store) => {
      const ids = await simultaneous(context, 6)
      const first = await store.listThreads({ pageSize: 1 })
      const next = await store.listThreads({ pageSize: 3, cursor: first.nextCursor })
      const last = await store.listThreads({ pageSize: 1000, cursor: next.nextCursor })
      const seen = [first, next, last].flatMap((page) => page.items)
      equal(
        seen.map((thread) => thread.threadId),
        ids,
      )
      equal(last.nextCursor, null)
    },
  },
  {
    id: 'page.stable.archive',
    title: 'archiving a thread between two pages hides and repeats no other',
    requirements: ['LIST-15'],
    run: async (context, store) => {
      const ids = await simultaneous(context, 7)
      const { first, rest } = await secondPageAfter(context, async ([, , last = '']) => {
        await store.archiveThread({ threadId: last })
      })
      equal([...first, ...rest], ids)
    },
  },
  {
    id: 'page.stable.create',
    title: 'creating a thread between two pages hides and repeats no other',
    requirements: ['LIST-15'],
    run: async (context, store) => {
      const ids = await simultaneous(context, 7)
      const { first, rest } = await secondPageAfter(context, () => coldThread(context, store))
      equal([...first, ...rest], ids)
    },
  },
  {
    id: 'page.stable.patch',
    title: 'patching a thread of the next page out of the filter hides no other',
    requirements: ['LIST-15'],
    run: async (context, store) => {
      const ids = await simultaneous(context, 7)
      const { first, rest } = await secondPageAfter(context, async () => {
        const patch = { createdAt: at(9) }
        await store.updateThreadMetadata({ threadId: ids[4] ?? '', patch })
      })
      equal(
        [...first, ...rest],
        ids.filter((_, index) => index !== 4),
      )
    },
  },
  {
    id: 'page.stable.patch-last',
    title: 'patching the last thread of a page to another place hides and repeats no other',
    requirements: ['LIST-15'],
    run: async (context, store) => {
      const ids = await simultaneous(context, 7)
      const { first, rest } = await secondPageAfter(context, async ([, , threadId = '']) => {
        await store.updateThreadMetadata({ threadId, patch: { createdAt: at(-9) } })
      })
      const others = rest.filter((threadId) => threadId !== first[2])
      equal([...first, ...others], ids)
    },
  },
  {
    id: 'page.stable.delete',
    title: 'deleting the last thread of a page leaves the next page as it was',
    requirements: ['LIST-15'],
    requires: claims('delete'),
    run: async (context, store) => {
      const ids = await simultaneous(context, 7)
      const { first, rest } = await secondPageAfter(context, async ([, , last = '']) => {
        await store.deleteThread({ threadId: last })
      })
      equal([...first, ...rest], ids)
    },
  },
]
