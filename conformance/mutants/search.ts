import { asciiLowerCase } from '../../src/store/thread-filter.js'
import type { StoredThreadSearchResult } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { altered, answering, asking, despite } from './alter.js'
import { textsOf } from './alter-list.js'
import type { Mutant } from './mutant.js'

const needs = claims('search')

/** The same store with other snippets. */
function withSnippets(
  store: ThreadStore,
  snippetOf: (found: StoredThreadSearchResult, term: string) => string,
): ThreadStore {
  return answering(store, {
    searchThreads: (page, { searchTerm }) => ({
      ...page,
      items: page.items.map((found) => ({ ...found, snippet: snippetOf(found, searchTerm) })),
    }),
  })
}

/** Defects in search. */
export const searchMutants: readonly Mutant[] = [
  {
    id: 'search-ignores-sources',
    breaks: 'a search looks at every source',
    violates: 'SEARCH-1',
    mayAlsoBreak: ['SEARCH-5'],
    needs,
    wrap: (store) =>
      asking(store, { searchThreads: ({ allowedSources: _left, ...params }) => params }),
  },
  {
    id: 'search-forgets-archive',
    breaks: 'a search for archived threads finds none',
    violates: 'SEARCH-1',
    needs,
    wrap: (store) =>
      answering(store, {
        searchThreads: (page, { archived }) => (archived ? { items: [], nextCursor: null } : page),
      }),
  },
  {
    id: 'snippet-is-lower-case',
    breaks: 'a snippet is in lower case',
    violates: 'SEARCH-2',
    needs,
    wrap: (store) => withSnippets(store, ({ snippet }) => snippet.toLowerCase()),
  },
  {
    id: 'snippet-is-the-beginning',
    breaks: 'a snippet is the beginning of the preview, wherever the match is',
    violates: 'SEARCH-2',
    needs,
    wrap: (store) => withSnippets(store, ({ thread }) => thread.preview.slice(0, 40)),
  },
  {
    id: 'snippet-is-the-match',
    breaks: 'a snippet is the matched text and nothing around it',
    violates: 'SEARCH-2',
    needs,
    wrap: (store) =>
      withSnippets(store, ({ snippet }, term) => {
        const at = asciiLowerCase(snippet).indexOf(asciiLowerCase(term))
        return snippet.slice(at, at + term.length)
      }),
  },
  {
    id: 'snippet-is-found-in-lower-case',
    breaks: 'a snippet is cut where the match would be if the text were in lower case',
    violates: 'SEARCH-2',
    needs,
    wrap: (store) =>
      withSnippets(store, ({ thread }, term) => {
        const texts = textsOf(thread).map((text) => ({ text, lower: text.toLowerCase() }))
        const found = texts.find(({ lower }) => lower.includes(term.toLowerCase()))
        const at = found?.lower.indexOf(term.toLowerCase()) ?? 0
        return found?.text.slice(Math.max(0, at - 40), at + term.length + 40) ?? ''
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
      altered(store, {
        searchThreads: async (params) => {
          if (params?.searchTerm) return store.searchThreads(params)
          const { items, nextCursor } = await store.listThreads({ pageSize: 10 })
          return { items: items.map((thread) => ({ thread, snippet: '' })), nextCursor }
        },
      }),
  },
  {
    id: 'search-has-one-page',
    breaks: 'a search has no second page',
    violates: 'SEARCH-4',
    mayAlsoBreak: ['SEARCH-5'],
    needs,
    wrap: (store) => answering(store, { searchThreads: (page) => ({ ...page, nextCursor: null }) }),
  },
  {
    id: 'search-takes-any-cursor',
    breaks: 'a cursor of another search begins the search again',
    violates: 'SEARCH-5',
    needs,
    wrap: (store) =>
      despite(store, 'invalid-cursor', {
        searchThreads: (params) => store.searchThreads({ ...params, cursor: null }),
      }),
  },
]
