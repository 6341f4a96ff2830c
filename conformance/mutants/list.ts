import { decodeCursor, encodeCursor } from '../../src/store/cursor.js'
import type { ThreadPage } from '../../src/store/records.js'
import { compareThreads, threadQuery } from '../../src/store/thread-filter.js'
import { altered, meddle, remembered } from './alter.js'
import {
  asking,
  cursorAfter,
  everything,
  filtering,
  listing,
  pageBy,
  pagingByTime,
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
    wrap: (store) => asking(store, (params) => ({ sortDirection: 'asc', ...params })),
  },
  {
    id: 'list-hides-quiet-threads',
    breaks: 'threads without a preview are not listed',
    violates: 'LIST-1',
    mayAlsoBreak: 'everything',
    seenIn: 'openai/codex#28068',
    wrap: (store) =>
      filtering(
        store,
        (params) => params,
        ({ preview }) => preview !== '',
      ),
  },
  {
    id: 'list-ignores-sort-key',
    breaks: 'every list is sorted by createdAt',
    violates: 'LIST-3',
    mayAlsoBreak: ['SEARCH-1'],
    wrap: (store) =>
      filtering(
        store,
        ({ sortKey: _left, ...params }) => params,
        () => true,
      ),
  },
  {
    id: 'list-ignores-direction',
    breaks: 'every list begins with the newest',
    violates: 'LIST-3',
    mayAlsoBreak: ['LIST-4', 'LIST-5', 'SEARCH-1'],
    wrap: (store) =>
      filtering(
        store,
        ({ sortDirection: _left, ...params }) => params,
        () => true,
      ),
  },
  {
    id: 'list-ties-ascend',
    breaks: 'threads with equal times are listed by ascending id, whatever the direction',
    violates: 'LIST-4',
    mayAlsoBreak: ['LIST-15', 'LIST-5', 'LIST-8', 'LIST-6', 'LIST-7', 'SEARCH-1'],
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
    wrap: (store) => listing(store, pagingByTime(store, false)),
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
    wrap: (store) => listing(store, pagingByTime(store, true)),
  },
  {
    id: 'pages-are-one-too-long',
    breaks: 'a page holds one thread more than asked for',
    violates: 'LIST-6',
    mayAlsoBreak: ['LIST-18', 'LIST-15', 'LIST-8', 'LIST-6', 'LIST-7', 'LIST-5', 'TURN-7'],
    wrap: (store) =>
      asking(store, (params) => ({ ...params, pageSize: Math.min(1000, params.pageSize + 1) })),
  },
  {
    id: 'last-page-has-cursor',
    breaks: 'the last page has a cursor, to a page with nothing on it',
    violates: 'LIST-6',
    mayAlsoBreak: ['LIST-5', 'LIST-8', 'LIST-6', 'LIST-7'],
    wrap: (store) =>
      listing(store, async (params) => {
        const page = await store.listThreads(params)
        const last = page.items.at(-1)
        return last === undefined
          ? page
          : { ...page, nextCursor: page.nextCursor ?? cursorAfter(params, last) }
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
      const cursors = new Map<string, string>()
      return listing(store, async (params) => {
        const cursor = params.cursor ?? null
        const page = await store.listThreads(params).catch((reason: unknown) => {
          if (cursor !== null && cursors.has(cursor))
            return store.listThreads({ ...params, cursor: null })
          throw reason
        })
        if (page.nextCursor !== null) cursors.set(page.nextCursor, page.nextCursor)
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
      const showing = listing(store, async (params) => {
        const page = await store.listThreads(params)
        const items = page.items.map((thread) => ({
          ...thread,
          name: thread.name ?? names.get(thread.threadId) ?? null,
        }))
        return { ...page, items }
      })
      return altered(showing, {
        updateThreadMetadata: (params) => {
          if (params.patch.name) names.set(params.threadId, params.patch.name)
          return store.updateThreadMetadata(params)
        },
      })
    },
  },
  {
    id: 'lists-carry-history',
    breaks: 'a listed thread has its history with it',
    violates: 'LIST-14',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      listing(store, async (params) => {
        const page = await store.listThreads(params)
        const items = await Promise.all(
          page.items.map(async (thread) => {
            const { threadId } = thread
            const history = await store.loadHistory({ threadId, includeArchived: true })
            return { ...thread, history }
          }),
        )
        return { ...page, items }
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
    id: 'page-size-is-clamped',
    breaks: 'a page size that is not allowed is moved to the nearest that is',
    violates: 'LIST-16',
    mayAlsoBreak: ['ERR-2', 'ERR-4'],
    atEdge: true,
    wrap: (store) =>
      asking(store, (params) =>
        typeof params?.pageSize === 'number'
          ? { ...params, pageSize: Math.min(1000, Math.max(1, Math.round(params.pageSize) || 1)) }
          : params,
      ),
  },
  {
    id: 'list-touches-threads',
    breaks: 'listing a thread moves its updatedAt',
    violates: 'LIST-17',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      listing(store, async (params) => {
        const page = await store.listThreads(params)
        for (const { threadId } of page.items) {
          await meddle(store, threadId, { updatedAt: '1999-01-01T00:00:00.000Z' })
        }
        return page
      }),
  },
  {
    id: 'null-cursor-is-refused',
    breaks: 'a cursor that is null is refused',
    violates: 'LIST-18',
    mayAlsoBreak: 'everything',
    wrap: (store) =>
      listing(store, (params) =>
        store.listThreads(params.cursor === null ? { ...params, cursor: 'null' } : params),
      ),
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
