import { type Anchor, decodeCursor, encodeCursor } from '../../src/store/cursor.js'
import type { ListThreadsParams } from '../../src/store/params.js'
import type { StoredThread, ThreadPage } from '../../src/store/records.js'
import { type ThreadQuery, compareText, threadQuery } from '../../src/store/thread-filter.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { listed } from '../observe.js'
import { altered, answering } from './alter.js'

type Lister = (params: ListThreadsParams) => Promise<ThreadPage>

/** The same store with another way to list. */
export function listing(store: ThreadStore, list: Lister): ThreadStore {
  return altered(store, { listThreads: list })
}

/** The same store, every listed thread changed. */
export function withListed(
  store: ThreadStore,
  change: (thread: StoredThread) => StoredThread,
): ThreadStore {
  return answering(store, {
    listThreads: (page) => ({ ...page, items: page.items.map(change) }),
  })
}

/** Params that ask for less. */
export function without(
  params: ListThreadsParams,
  fields: readonly (keyof ListThreadsParams)[],
): ListThreadsParams {
  const kept = Object.entries(params).filter(([name]) => !fields.some((field) => field === name))
  return Object.fromEntries(kept) as unknown as ListThreadsParams
}

/** Every thread a list holds, in its order, whatever the page. */
export function everything(store: ThreadStore, params: ListThreadsParams): Promise<StoredThread[]> {
  return listed(store, { ...params, pageSize: 1000 })
}

/** A list that does without some params, and filters in its own way what it then holds. */
export function filtering(
  store: ThreadStore,
  ignored: readonly (keyof ListThreadsParams)[],
  keep: (thread: StoredThread, params: ListThreadsParams) => boolean = () => true,
): ThreadStore {
  return listing(store, async (params) => {
    const threads = await everything(store, without(params, ignored))
    return pageBy(
      params,
      threads.filter((thread) => keep(thread, params)),
    )
  })
}

/** A correct page of threads that are in order. */
export function pageBy(params: ListThreadsParams, threads: readonly StoredThread[]): ThreadPage {
  return pageFrom(params, threads, ({ threadId, ...thread }, { value, id }, sortKey, sign) => {
    return sign * (compareText(thread[sortKey], value) || compareText(threadId, id)) > 0
  })
}

/** Pages that continue after a time alone, as `WHERE created_at < ?` does. */
export function pagingByTime(store: ThreadStore, repeat: boolean): ThreadStore {
  return listing(store, async (params) =>
    pageFrom(params, await everything(store, params), (thread, { value, id }, sortKey, sign) => {
      const isLast = repeat && thread.threadId === id
      return isLast || sign * compareText(thread[sortKey], value) > 0
    }),
  )
}

/** The first of the threads that stand behind the cursor. */
function pageFrom(
  params: ListThreadsParams,
  threads: readonly StoredThread[],
  isBehind: (
    thread: StoredThread,
    anchor: Anchor,
    sortKey: ThreadQuery['sortKey'],
    sign: number,
  ) => boolean,
): ThreadPage {
  const query = threadQuery(params)
  const anchor = params.cursor ? decodeCursor(query, params.cursor) : null
  const sign = query.sortDirection === 'asc' ? 1 : -1
  const rest = threads.filter(
    (thread) => anchor === null || isBehind(thread, anchor, query.sortKey, sign),
  )
  const items = rest.slice(0, params.pageSize)
  const last = items.at(-1)
  const more = last !== undefined && items.length < rest.length
  return { items, nextCursor: more ? cursorAfter(params, last) : null }
}

/** The cursor of a page that ends with a thread. */
export function cursorAfter(params: ListThreadsParams, thread: StoredThread): string {
  const query = threadQuery(params)
  const value = thread[query.sortKey]
  return encodeCursor(query, { value, id: thread.threadId, inclusive: false })
}

/** The texts of a record that a term is looked for in. */
export function textsOf({ name, title, preview, firstUserMessage }: StoredThread): string[] {
  return [name, title, preview, firstUserMessage].filter((text) => text !== null)
}

/** A list with another idea of what a search term means. */
export function searching(
  store: ThreadStore,
  matches: (thread: StoredThread, term: string) => boolean,
): ThreadStore {
  return filtering(
    store,
    ['searchTerm'],
    (thread, { searchTerm }) => !searchTerm || matches(thread, searchTerm),
  )
}
