import { asking, filtering, listing, searching, text } from './alter-list.js'
import type { Mutant } from './mutant.js'

/** Defects in what filters let through. */
export const filterMutants: readonly Mutant[] = [
  {
    id: 'sources-compare-as-text',
    breaks: 'sources that are objects are compared with the order of their keys',
    violates: 'LIST-9',
    wrap: (store) =>
      filtering(
        store,
        ({ allowedSources: _left, ...params }) => params,
        ({ source }, { allowedSources = [] }) =>
          allowedSources.length === 0 ||
          allowedSources.some((one) => JSON.stringify(one) === JSON.stringify(source)),
      ),
  },
  {
    id: 'empty-sources-match-nothing',
    breaks: 'an empty allowedSources lists nothing',
    violates: 'LIST-9',
    mayAlsoBreak: ['LIST-5'],
    wrap: (store) =>
      listing(store, (params) =>
        params.allowedSources?.length === 0
          ? Promise.resolve({ items: [], nextCursor: null })
          : store.listThreads(params),
      ),
  },
  {
    id: 'providers-ignore-case',
    breaks: 'modelProviders ignores case',
    violates: 'LIST-10',
    mayAlsoBreak: ['LIST-13', 'VAL-6'],
    wrap: (store) =>
      filtering(
        store,
        ({ modelProviders: _left, ...params }) => params,
        ({ modelProvider }, { modelProviders = [] }) =>
          modelProviders.length === 0 ||
          modelProviders.some((one) => one.toLowerCase() === modelProvider.toLowerCase()),
      ),
  },
  {
    id: 'cwds-match-prefixes',
    breaks: 'cwdFilters matches directories below those given',
    violates: 'LIST-11',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      filtering(
        store,
        ({ cwdFilters: _left, ...params }) => params,
        ({ cwd }, { cwdFilters }) =>
          cwdFilters === undefined || cwdFilters.some((one) => cwd.startsWith(one)),
      ),
  },
  {
    id: 'empty-cwds-match-all',
    breaks: 'an empty cwdFilters lists every directory',
    violates: 'LIST-11',
    wrap: (store) =>
      asking(store, ({ cwdFilters, ...params }) =>
        cwdFilters === undefined || cwdFilters.length === 0 ? params : { ...params, cwdFilters },
      ),
  },
  {
    id: 'term-is-a-pattern',
    breaks: '% and _ of a search term match anything',
    violates: 'LIST-12',
    mayAlsoBreak: ['SEARCH-1', 'VAL-6'],
    wrap: (store) =>
      searching(store, (thread, term) => {
        const pattern = Array.from(term).map((letter) =>
          letter === '%' ? '[^]*' : letter === '_' ? '[^]' : letter.replace(/[^\w\s]/u, '\\$&'),
        )
        return new RegExp(pattern.join(''), 'i').test(text(thread))
      }),
  },
  {
    id: 'term-heeds-case',
    breaks: 'a search term has to match in case',
    violates: 'LIST-12',
    mayAlsoBreak: ['LIST-13', 'SEARCH-1'],
    wrap: (store) => searching(store, (thread, term) => text(thread).includes(term)),
  },
  {
    id: 'term-folds-unicode',
    breaks: 'the case of letters beyond A to Z is ignored as well',
    violates: 'LIST-12',
    wrap: (store) =>
      searching(store, (thread, term) => text(thread).toLowerCase().includes(term.toLowerCase())),
  },
  {
    id: 'term-looks-at-names-only',
    breaks: 'a search term is looked for in names and titles alone',
    violates: 'LIST-12',
    mayAlsoBreak: ['SEARCH-1'],
    wrap: (store) =>
      searching(store, ({ name, title }, term) =>
        `${name}\n${title}`.toLowerCase().includes(term.toLowerCase()),
      ),
  },
  {
    id: 'forks-count-as-spawned',
    breaks: 'parentThreadId lists forks of the thread as well',
    violates: 'LIST-20',
    wrap: (store) =>
      filtering(
        store,
        ({ parentThreadId: _left, ...params }) => params,
        (thread, { parentThreadId: parent }) =>
          parent === undefined ||
          thread.parentThreadId === parent ||
          thread.forkedFromId === parent,
      ),
  },
  {
    id: 'parent-is-looked-for-as-text',
    breaks: 'parentThreadId lists every thread whose record mentions it so',
    violates: 'LIST-20',
    wrap: (store) =>
      filtering(
        store,
        ({ parentThreadId: _left, ...params }) => params,
        (thread, { parentThreadId: parent }) =>
          parent === undefined || JSON.stringify(thread).includes(`"parentThreadId":"${parent}"`),
      ),
  },
  {
    id: 'term-overrides-filters',
    breaks: 'with a search term the other filters are ignored',
    violates: 'LIST-13',
    mayAlsoBreak: ['LIST-5', 'SEARCH-1'],
    wrap: (store) =>
      asking(store, (params) => {
        const {
          cwdFilters: _cwds,
          allowedSources: _sources,
          modelProviders: _providers,
          ...rest
        } = params
        return params.searchTerm ? rest : params
      }),
  },
]
