import { asciiLowerCase } from '../../src/store/thread-filter.js'
import { asking } from './alter.js'
import { filtering, listing, searching, textsOf, without } from './alter-list.js'
import type { Mutant } from './mutant.js'

/** Defects in what filters let through. */
export const filterMutants: readonly Mutant[] = [
  {
    id: 'sources-compare-as-text',
    breaks: 'sources that are objects are compared with the order of their keys',
    violates: 'LIST-9',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      filtering(store, ['allowedSources'], ({ source }, { allowedSources = [] }) => {
        const sources = allowedSources.map((one) => JSON.stringify(one))
        return sources.length === 0 || sources.includes(JSON.stringify(source))
      }),
  },
  {
    id: 'empty-sources-match-nothing',
    breaks: 'an empty allowedSources lists nothing',
    violates: 'LIST-9',
    mayAlsoBreak: ['LIST-5', 'LIST-13'],
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
      filtering(store, ['modelProviders'], ({ modelProvider }, { modelProviders = [] }) => {
        const providers = modelProviders.map((one) => one.toLowerCase())
        return providers.length === 0 || providers.includes(modelProvider.toLowerCase())
      }),
  },
  {
    id: 'cwds-match-prefixes',
    breaks: 'cwdFilters matches directories below those given',
    violates: 'LIST-11',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      filtering(
        store,
        ['cwdFilters'],
        ({ cwd }, { cwdFilters }) => cwdFilters?.some((one) => cwd.startsWith(one)) ?? true,
      ),
  },
  {
    id: 'empty-cwds-match-all',
    breaks: 'an empty cwdFilters lists every directory',
    violates: 'LIST-11',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      asking(store, {
        listThreads: ({ cwdFilters = [], ...params }) =>
          cwdFilters.length === 0 ? params : { ...params, cwdFilters },
      }),
  },
  {
    id: 'term-is-a-pattern',
    breaks: '% and _ of a search term match anything',
    violates: 'LIST-12',
    mayAlsoBreak: ['SEARCH-1', 'VAL-6', 'LIST-13'],
    wrap: (store) =>
      searching(store, (thread, term) => {
        const pattern = Array.from(term).map((letter) =>
          letter === '%' ? '[^]*' : letter === '_' ? '[^]' : letter.replace(/[^\w\s]/u, '\\$&'),
        )
        return textsOf(thread).some((one) => new RegExp(pattern.join(''), 'i').test(one))
      }),
  },
  {
    id: 'term-heeds-case',
    breaks: 'a search term has to match in case',
    violates: 'LIST-12',
    mayAlsoBreak: ['LIST-13', 'SEARCH-1'],
    wrap: (store) =>
      searching(store, (thread, term) => textsOf(thread).some((one) => one.includes(term))),
  },
  {
    id: 'term-folds-unicode',
    breaks: 'the case of letters beyond A to Z is ignored as well',
    violates: 'LIST-12',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      searching(store, (thread, term) =>
        textsOf(thread).some((one) => one.toLowerCase().includes(term.toLowerCase())),
      ),
  },
  {
    id: 'term-looks-at-names-only',
    breaks: 'a search term is looked for in names and titles alone',
    violates: 'LIST-12',
    mayAlsoBreak: ['SEARCH-1', 'LIST-13'],
    wrap: (store) =>
      searching(store, ({ name, title }, term) =>
        `${name}\n${title}`.toLowerCase().includes(term.toLowerCase()),
      ),
  },
  {
    id: 'term-is-trimmed',
    breaks: 'spaces around a search term are ignored',
    violates: 'LIST-12',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      asking(store, {
        listThreads: ({ searchTerm = '', ...params }) => ({
          ...params,
          searchTerm: searchTerm.trim(),
        }),
      }),
  },
  {
    id: 'term-spans-fields',
    breaks: 'a search term is found where one text ends and the next begins',
    violates: 'LIST-12',
    mayAlsoBreak: ['LIST-13'],
    wrap: (store) =>
      searching(store, (thread, term) =>
        asciiLowerCase(textsOf(thread).join(' ')).includes(asciiLowerCase(term)),
      ),
  },
  {
    id: 'forks-count-as-spawned',
    breaks: 'parentThreadId lists forks of the thread as well',
    violates: 'LIST-20',
    wrap: (store) =>
      filtering(
        store,
        ['parentThreadId'],
        (thread, { parentThreadId: parent }) =>
          parent === undefined || [thread.parentThreadId, thread.forkedFromId].includes(parent),
      ),
  },
  {
    id: 'parent-is-looked-for-as-text',
    breaks: 'parentThreadId lists every thread whose record mentions it so',
    violates: 'LIST-20',
    wrap: (store) =>
      filtering(
        store,
        ['parentThreadId'],
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
      asking(store, {
        listThreads: (params) =>
          params.searchTerm
            ? without(params, ['cwdFilters', 'allowedSources', 'modelProviders'])
            : params,
      }),
  },
  {
    id: 'archived-list-ignores-filters',
    breaks: 'of archived threads the list holds those of every directory and provider',
    violates: 'LIST-13',
    wrap: (store) =>
      asking(store, {
        listThreads: (params) =>
          params.archived ? without(params, ['cwdFilters', 'modelProviders']) : params,
      }),
  },
]
