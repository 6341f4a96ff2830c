import { decodeCursor, encodeCursor } from '../../src/store/cursor.js'
import type { ThreadPage } from '../../src/store/records.js'
import { compareThreads, threadQuery } from '../../src/store/thread-filter.js'
import { afterwards, answering, asking, meddle, past, remembered } from './alter.js'
import {
  cursorAfter,
  everything,
  filtering,
  listing,
  pageBy,
  pagingByTime,
  withListed,
  without,
} from './alter-list.js'
import type { Mutant } from './mutant.js'

/** Defects in the order and the pages of lists. */
export const listMutants: readonly Mutant[] = [
  {
    id: 'list-begins-with-oldest',
    breaks: 'a list without an order begins with the oldest',
    violates: 'LIST-1',
    mayAlsoBreak: [
      'LIST-3',
      'LIST-4',
      'LIST-5',
      'LIST-7',
      'LIST-8',
      'LIST-14',
      'LIST-15',
      'LIST-18',
      'SEARCH-1',
    ],
    wrap: (store) =>
      asking(store, { listThreads: (params) => ({ sortDirection: 'asc', ...params }) }),
  },
  {
    id: 'list-hides-quiet-threads',
    breaks: 'threads without a preview are not listed',
    violates: 'LIST-1',
    mayAlsoBreak: 'everything',
    seenIn: 'openai/codex#28068',
    wrap: (store) => filtering(store, [], ({ preview }) => preview !== ''),
  },
  {
    id: 'list-ignores-sort-key',
    breaks: 'every list is sorted by createdAt',
    violates: 'LIST-3',
    mayAlsoBreak: ['SEARCH-1'],
    wrap: (store) => filtering(store, ['sortKey']),
  },
  {
    id: 'list-ignores-direction',
    breaks: 'every list begins with the newest',
    violates: 'LIST-3',
    mayAlsoBreak: ['LIST-4', 'LIST-5', 'SEARCH-1'],
    wrap: (store) => filtering(store, ['sortDirection']),
  },
  {
    id: 'archived-list-ignores-sort-key',
    breaks: 'every list of archived threads is sorted by createdAt',
    violates: 'LIST-3',
    wrap: (store) =>
      asking(store, {
        listThreads: (params) => (params.archived ? without(params, ['sortKey']) : params),
      }),
  },
  {
    id: 'list-ties-ascend',
    breaks: 'threads with equal times are listed by ascending id, whatever the direction',
    violates: 'LIST-4',
    mayAlsoBreak: ['LIST-15', 'LIST-5', 'LIST-8', 'LIST-6', 'LIST-7', 'SEARCH-1', 'LIST-3'],
    wrap: (store) =>
      listing(store, async (params) => {
        const query = threadQuery(params)
        const threads = (await everything(store, params)).toSorted((a, b) =>
          a[query.sortKey] === b[query.sortKey]
            ? a.threadId < b.threadId
              ? -1
              : 1
            : compareThreads(a, b, query),
        )
        return pageBy(params, threads)
      }),
  },
  {
    id: 'pages-skip-equal-times',
    breaks: 'a page continues after the last time, and threads with that time are skipped',
    violates: 'LIST-5',
    mayAlsoBreak: ['LIST-6', 'LIST-15', 'LIST-3', 'LIST-4', 'LIST-8', 'LIST-7', 'LIST-5'],
    seenIn: 'the keyset paging of Codex’s state database',
    wrap: (store) => pagingByTime(store, false),
  },
  {
    id: 'pages-repeat-last',
    breaks: 'a page begins with the last thread of the page before',
    violates: 'LIST-5',
    mayAlsoBreak: [
      'LIST-1',
      'LIST-6',
      'LIST-15',
      'LIST-3',
      'LIST-4',
      'LIST-9',
      'LIST-10',
      'LIST-11',
      'LIST-12',
      'LIST-13',
      'LIST-8',
      'LIST-7',
      'LIST-5',
    ],
    wrap: (store) => pagingByTime(store, true),
  },
  {
    id: 'pages-are-one-too-long',
    breaks: 'a page holds one thread more than asked for',
    violates: 'LIST-6',
    mayAlsoBreak: ['LIST-18', 'LIST-15', 'LIST-8', 'LIST-6', 'LIST-7', 'LIST-5', 'TURN-7'],
    wrap: (store) =>
      asking(store, {
        listThreads: (params) => ({ ...params, pageSize: Math.min(1000, params.pageSize + 1) }),
      }),
  },
  {
    id: 'pages-end-at-a-hundred',
    breaks: 'a page holds a hundred threads at most, whatever was asked for',
    violates: 'LIST-6',
    wrap: (store) =>
      asking(store, {
        listThreads: (params) => ({ ...params, pageSize: Math.min(100, params.pageSize) }),
      }),
  },
  {
    id: 'last-page-has-cursor',
    breaks: 'the last page has a cursor, to a page with nothing on it',
    violates: 'LIST-6',
    mayAlsoBreak: ['LIST-5', 'LIST-8', 'LIST-6', 'LIST-7'],
    wrap: (store) =>
      answering(store, {
        listThreads: (page, params) => {
          const last = page.items.at(-1)
          if (last === undefined) return page
          return { ...page, nextCursor: page.nextCursor ?? cursorAfter(params, last) }
        },
      }),
  },
  {
    id: 'bad-cursor-is-first-page',
    breaks: 'a cursor that cannot be read begins the list again',
    violates: 'LIST-7',
    mayAlsoBreak: ['LIST-8', 'ERR-2'],
    wrap: (store) =>
      listing(store, async ({ cursor, ...params }) => {
        try {
          return await store.listThreads({ ...params, cursor: cursor ?? null })
        } catch {
          return store.listThreads(params)
        }
      }),
  },
  {
    id: 'cursor-is-not-bound',
    breaks: 'a cursor works for lists with other filters and orders',
    violates: 'LIST-8',
    wrap: (store) => {
      const cursors = new Set<string>()
      return listing(store, async (params) => {
        const page = await store.listThreads(params).catch((reason: unknown) => {
          if (!params.cursor || !cursors.has(params.cursor)) throw reason
          return store.listThreads({ ...params, cursor: null })
        })
        if (page.nextCursor !== null) cursors.add(page.nextCursor)
        return page
      })
    },
  },
  {
    id: 'cleared-name-returns-in-lists',
    breaks: 'a name that was cleared is still shown in lists',
    violates: 'LIST-14',
    mayAlsoBreak: ['META-3', 'LIST-19', 'META-18'],
    seenIn: 'rollout/src/session_index.rs find_thread_names_by_ids',
    wrap: (store, world) => {
      const names = remembered(world, 'names', () => new Map<string, string>())
      const showing = withListed(store, (thread) => ({
        ...thread,
        name: thread.name ?? names.get(thread.threadId) ?? null,
      }))
      return afterwards(showing, {
        updateThreadMetadata: ({ threadId, patch }) =>
          patch.name && names.set(threadId, patch.name),
      })
    },
  },
  {
    id: 'lists-carry-history',
    breaks: 'a listed thread has its history with it',
    violates: 'LIST-14',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      answering(store, {
        listThreads: async (page) => {
          const items = page.items.map(async (thread) => {
            const { threadId } = thread
            const history = await store.loadHistory({ threadId, includeArchived: true })
            return { ...thread, history }
          })
          return { ...page, items: await Promise.all(items) }
        },
      }),
  },
  {
    id: 'pages-count-from-the-start',
    breaks: 'a cursor is an offset into the list as it is then',
    violates: 'LIST-15',
    mayAlsoBreak: ['LIST-7'],
    wrap: (store) =>
      listing(store, async (params) => {
        const query = threadQuery(params)
        const threads = await everything(store, params)
        const start = params.cursor ? Number(decodeCursor(query, params.cursor).value) : 0
        const items = threads.slice(start, start + params.pageSize)
        const end = start + items.length
        const cursor = encodeCursor(query, { value: String(end), id: '', inclusive: false })
        return { items, nextCursor: end < threads.length ? cursor : null }
      }),
  },
  {
    id: 'cursor-needs-its-thread',
    breaks: 'a cursor is refused once the thread it ended with left the list',
    violates: 'LIST-15',
    wrap: (store) =>
      listing(store, async (params) => {
        if (params.cursor) {
          const { id } = decodeCursor(threadQuery(params), params.cursor)
          const threads = await everything(store, params)
          const known = threads.some(({ threadId }) => threadId === id)
          if (!known) return store.listThreads({ ...params, cursor: 'gone' })
        }
        return store.listThreads(params)
      }),
  },
  {
    id: 'cursor-follows-its-thread',
    breaks: 'a page continues where the last thread of the page before it stands by then',
    violates: 'LIST-15',
    wrap: (store) =>
      listing(store, async (params) => {
        if (!params.cursor) return store.listThreads(params)
        const { id: threadId } = decodeCursor(threadQuery(params), params.cursor)
        const last = await store.readThread({ threadId, includeArchived: true }).catch(() => null)
        const cursor = last === null ? params.cursor : cursorAfter(params, last)
        return store.listThreads({ ...params, cursor })
      }),
  },
  {
    id: 'page-size-is-clamped',
    breaks: 'a page size that is not allowed is moved to the nearest that is',
    violates: 'LIST-16',
    mayAlsoBreak: ['ERR-2', 'ERR-4'],
    atEdge: true,
    wrap: (store) =>
      asking(store, {
        listThreads: (params) =>
          typeof params?.pageSize === 'number'
            ? { ...params, pageSize: Math.min(1000, Math.max(1, Math.round(params.pageSize) || 1)) }
            : params,
      }),
  },
  {
    id: 'list-touches-threads',
    breaks: 'listing a thread moves its updatedAt',
    violates: 'LIST-17',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      afterwards(store, {
        listThreads: async (_params, { items }) => {
          for (const { threadId } of items) await meddle(store, threadId, { updatedAt: past })
        },
      }),
  },
  {
    id: 'null-cursor-is-refused',
    breaks: 'a cursor that is null is refused',
    violates: 'LIST-18',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      asking(store, {
        listThreads: (params) => (params.cursor === null ? { ...params, cursor: 'null' } : params),
      }),
  },
  {
    id: 'list-is-cached',
    breaks: 'a list shows what the same list showed before',
    violates: 'LIST-19',
    mayAlsoBreak: 'everything',
    wrap: (store) => {
      const cache = new Map<string, Promise<ThreadPage>>()
      return listing(store, (params) => {
        const key = JSON.stringify(params)
        const page = cache.get(key) ?? store.listThreads(params)
        cache.set(key, page)
        return page
      })
    },
  },
]
