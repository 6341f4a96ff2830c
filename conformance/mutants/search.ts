import type { SearchThreadsParams } from '../../src/store/params.js'
import type { ThreadSearchPage } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { altered } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = claims('search')

function searching(
  store: ThreadStore,
  search: (params: SearchThreadsParams) => Promise<ThreadSearchPage>,
): ThreadStore {
  return altered(store, { searchThreads: search })
}

function asking(
  store: ThreadStore,
  change: (params: SearchThreadsParams) => SearchThreadsParams,
): ThreadStore {
  return searching(store, (params) => store.searchThreads(change(params)))
}

/** Defects in search. */
export const searchMutants: readonly Mutant[] = [
  {
    id: 'search-ignores-sources',
    breaks: 'a search looks at every source',
    violates: 'SEARCH-1',
    mayAlsoBreak: ['SEARCH-5'],
    needs,
    wrap: (store) => asking(store, ({ allowedSources: _left, ...params }) => params),
  },
  {
    id: 'search-forgets-archive',
    breaks: 'a search for archived threads finds none',
    violates: 'SEARCH-1',
    needs,
    wrap: (store) =>
      searching(store, async (params) => {
        const page = await store.searchThreads(params)
        return params.archived ? { items: [], nextCursor: null } : page
      }),
  },
  {
    id: 'snippet-is-lower-case',
    breaks: 'a snippet is in lower case',
    violates: 'SEARCH-2',
    needs,
    wrap: (store) =>
      searching(store, async (params) => {
        const page = await store.searchThreads(params)
        return {
          ...page,
          items: page.items.map((item) => ({ ...item, snippet: item.snippet.toLowerCase() })),
        }
      }),
  },
  {
    id: 'snippet-is-the-beginning',
    breaks: 'a snippet is the beginning of the preview, wherever the match is',
    violates: 'SEARCH-2',
    needs,
    wrap: (store) =>
      searching(store, async (params) => {
        const page = await store.searchThreads(params)
        return {
          ...page,
          items: page.items.map((item) => ({ ...item, snippet: item.thread.preview.slice(0, 40) })),
        }
      }),
  },
  {
    id: 'search-without-term-finds-all',
    breaks: 'a search without a term finds every thread',
    violates: 'SEARCH-3',
    mayAlsoBreak: ['ERR-4'],
    needs,
    atEdge: true,
    wrap: (store) =>
      searching(store, async (params) => {
        if (params?.searchTerm) return store.searchThreads(params)
        const { items, nextCursor } = await store.listThreads({ pageSize: 10 })
        return { items: items.map((thread) => ({ thread, snippet: '' })), nextCursor }
      }),
  },
  {
    id: 'search-has-one-page',
    breaks: 'a search has no second page',
    violates: 'SEARCH-4',
    mayAlsoBreak: ['SEARCH-5'],
    needs,
    wrap: (store) =>
      searching(store, async (params) => ({
        ...(await store.searchThreads(params)),
        nextCursor: null,
      })),
  },
  {
    id: 'search-takes-any-cursor',
    breaks: 'a cursor of another search begins the search again',
    violates: 'SEARCH-5',
    needs,
    wrap: (store) =>
      searching(store, async ({ cursor = null, ...params }) => {
        try {
          return await store.searchThreads({ ...params, cursor })
        } catch {
          return store.searchThreads(params)
        }
      }),
  },
]
