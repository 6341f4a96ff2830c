import type { SearchThreadsParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { at } from '../build/items.js'
import { archivedThread, coldThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { equal, holds, rejects } from '../expect.js'
import { listedIds } from '../observe.js'
import { needing } from './needing.js'

/** Threads that a search for `needle` finds in different places, and some that it does not. */
async function haystack(context: CaseContext): Promise<void> {
  const { store } = context
  const patches = [
    { name: 'the NEEDLE in a name', createdAt: at(1), updatedAt: at(9) },
    { title: 'a title with a needle', createdAt: at(2), updatedAt: at(8) },
    { preview: 'needles everywhere', createdAt: at(3), updatedAt: at(7) },
    { firstUserMessage: 'find the Needle', createdAt: at(3), updatedAt: at(7) },
    { name: 'hay', createdAt: at(4), updatedAt: at(6) },
  ]
  for (const [index, patch] of patches.entries()) {
    await coldThread(context, store, { patch, source: index % 2 === 0 ? 'cli' : 'exec' })
  }
  await archivedThread(context, store, { patch: { name: 'an archived needle' } })
}

async function foundIds(
  store: ThreadStore,
  params: Omit<SearchThreadsParams, 'pageSize'> & { readonly pageSize?: number },
): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page = await store.searchThreads({ pageSize: 100, ...params, cursor })
    ids.push(...page.items.map(({ thread }) => thread.threadId))
    cursor = page.nextCursor
    if (ids.length > 1_000) throw new RangeError('the search does not end')
  } while (cursor !== null)
  return ids
}

/** Search, where a store claims it. */
export const searchCases: readonly ConformanceCase[] = needing({ requires: claims('search') }, [
  {
    id: 'search.finds-what-lists-find',
    title: 'a search finds the threads a list finds with the same term, in the same order',
    requirements: ['SEARCH-1'],
    set: 'smoke',
    run: async (context, store) => {
      await haystack(context)
      const queries = [
        {},
        { archived: true },
        { allowedSources: ['exec'] },
        { sortKey: 'updatedAt', sortDirection: 'asc' },
        { sortKey: 'createdAt', sortDirection: 'asc' },
      ] as const
      for (const query of queries) {
        const listed = await listedIds(store, { ...query, searchTerm: 'needle' })
        const found = await foundIds(store, { ...query, searchTerm: 'needle' })
        equal(found, listed, `searched with ${JSON.stringify(query)}`)
        holds(listed.length > 0, 'there is something to find')
      }
      equal(await foundIds(store, { searchTerm: 'camel' }), [])
    },
  },
  {
    id: 'search.snippet',
    title: 'a snippet holds the matched text in its own case, with what stands around it',
    requirements: ['SEARCH-2'],
    run: async (context, store) => {
      const long = `${'before '.repeat(20)}NeeDLe${' after'.repeat(20)}`
      const thread = await coldThread(context, store, { patch: { name: 'quiet', preview: long } })
      const { items } = await store.searchThreads({ pageSize: 10, searchTerm: 'needle' })
      equal(
        items.map((item) => item.thread),
        [await store.readThread({ threadId: thread })],
      )
      const { snippet = '' } = items[0] ?? {}
      holds(snippet.includes('NeeDLe'), `the snippet holds the match: ${snippet}`)
      holds(snippet.includes('before NeeDLe after'), `and its surroundings: ${snippet}`)
    },
  },
  {
    id: 'search.snippet-place',
    title: 'a snippet holds the match where letters before it have a longer lower case',
    requirements: ['SEARCH-2'],
    run: async (context, store) => {
      await coldThread(context, store, { patch: { preview: `${'\u0130'.repeat(300)} NeeDLe` } })
      const { items } = await store.searchThreads({ pageSize: 10, searchTerm: 'needle' })
      const [{ snippet } = { snippet: '' }] = items
      holds(snippet.includes('NeeDLe'), `the snippet holds the match: ${snippet}`)
    },
  },
  {
    id: 'search.needs-term',
    title: 'a search without a term is refused',
    requirements: ['SEARCH-3'],
    run: async (context, store) => {
      await haystack(context)
      for (const params of [{ pageSize: 5, searchTerm: '' }, { pageSize: 5 }]) {
        await rejects(
          () => store.searchThreads(params as SearchThreadsParams),
          'INVALID_REQUEST malformed-params',
        )
      }
    },
  },
  {
    id: 'search.pages',
    title: 'the pages of a search hold every match once, in order',
    requirements: ['SEARCH-4'],
    run: async (context, store) => {
      await haystack(context)
      const whole = await foundIds(store, { searchTerm: 'needle' })
      equal(whole.length, 4)
      for (const pageSize of [1, 2, 3, 4, 5]) {
        equal(
          await foundIds(store, { searchTerm: 'needle', pageSize }),
          whole,
          `pages of ${pageSize}`,
        )
      }
      const last = await store.searchThreads({ pageSize: 4, searchTerm: 'needle' })
      equal(last.nextCursor, null)
    },
  },
  {
    id: 'search.foreign-cursor',
    title: 'a search takes only cursors of the same search',
    requirements: ['SEARCH-5'],
    run: async (context, store) => {
      await haystack(context)
      const search = { pageSize: 1, searchTerm: 'needle' }
      const { nextCursor: cursor } = await store.searchThreads(search)
      const others = [
        { searchTerm: 'hay' },
        { archived: true },
        { sortDirection: 'asc' },
        { sortKey: 'updatedAt' },
        { allowedSources: ['cli'] },
        { cursor: 'made up' },
      ] as const
      for (const other of others) {
        await rejects(
          () => store.searchThreads({ ...search, cursor, ...other }),
          'INVALID_REQUEST invalid-cursor',
        )
      }
    },
  },
])
