import { decodeCursor, encodeCursor } from '../../src/store/cursor.js'
import type { ListThreadsParams } from '../../src/store/params.js'
import type { StoredThread, ThreadPage } from '../../src/store/records.js'
import { compareText, threadQuery } from '../../src/store/thread-filter.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { altered } from './alter.js'

type Lister = (params: ListThreadsParams) => Promise<ThreadPage>

/** The same store with another way to list. */
export function listing(
  store: ThreadStore,
  list: (params: ListThreadsParams) => Promise<ThreadPage>,
): ThreadStore {
  return altered(store, { listThreads: list })
}

/** Replaces the params of a list. */
export function asking(
  store: ThreadStore,
  change: (params: ListThreadsParams) => ListThreadsParams,
): ThreadStore {
  return listing(store, (params) => store.listThreads(change(params)))
}

/** Every thread a list holds, in its order, whatever the page. */
export async function everything(
  store: ThreadStore,
  params: ListThreadsParams,
): Promise<StoredThread[]> {
  const threads: StoredThread[] = []
  let cursor: string | null = null
  do {
    const page = await store.listThreads({ ...params, pageSize: 1000, cursor })
    threads.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return threads
}

/** A list that filters in its own way among the threads a wider list holds. */
export function filtering(
  store: ThreadStore,
  widen: (params: ListThreadsParams) => ListThreadsParams,
  keep: (thread: StoredThread, params: ListThreadsParams) => boolean,
): ThreadStore {
  return listing(store, async (params) => {
    const threads = await everything(store, widen(params))
    return pageBy(
      params,
      threads.filter((thread) => keep(thread, params)),
    )
  })
}

/** A correct page of threads that are in order. */
export function pageBy(params: ListThreadsParams, threads: readonly StoredThread[]): ThreadPage {
  const query = threadQuery(params)
  const anchor = params.cursor ? decodeCursor(query, params.cursor) : null
  const sign = query.sortDirection === 'asc' ? 1 : -1
  const rest = threads.filter((thread) => {
    if (anchor === null) return true
    const order =
      compareText(thread[query.sortKey], anchor.value) || compareText(thread.threadId, anchor.id)
    return order * sign > 0
  })
  const items = rest.slice(0, params.pageSize)
  const last = items.at(-1)
  const more = last !== undefined && items.length < rest.length
  return { items, nextCursor: more ? cursorAfter(params, last) : null }
}

export function cursorAfter(params: ListThreadsParams, thread: StoredThread): string {
  const query = threadQuery(params)
  return encodeCursor(query, {
    value: thread[query.sortKey],
    id: thread.threadId,
    inclusive: false,
  })
}

/** Pages that continue after a time alone, as `WHERE created_at < ?` does. */
export function pagingByTime(store: ThreadStore, repeat: boolean): Lister {
  return async (params) => {
    const query = threadQuery(params)
    const threads = await everything(store, params)
    const anchor = params.cursor ? decodeCursor(query, params.cursor) : null
    const rest = threads.filter((thread) => {
      if (anchor === null) return true
      const time = thread[query.sortKey]
      const beyond = query.sortDirection === 'asc' ? time > anchor.value : time < anchor.value
      return beyond || (repeat && time === anchor.value && thread.threadId === anchor.id)
    })
    const items = rest.slice(0, params.pageSize)
    const last = items.at(-1)
    const more = last !== undefined && items.length < rest.length
    return { items, nextCursor: more ? cursorAfter(params, last) : null }
  }
}

export function text(thread: StoredThread): string {
  return [thread.name, thread.title, thread.preview, thread.firstUserMessage].join('\n')
}

const widenTerm = ({ searchTerm: _left, ...params }: ListThreadsParams): ListThreadsParams => params

/** A list with another idea of what a search term means. */
export function searching(
  store: ThreadStore,
  matches: (thread: StoredThread, term: string) => boolean,
): ThreadStore {
  return filtering(
    store,
    widenTerm,
    (thread, { searchTerm }) => !searchTerm || matches(thread, searchTerm),
  )
}
