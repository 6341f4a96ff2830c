import type { JsonObject, JsonValue } from '../protocol/json.js'
import { textAt } from '../protocol/json.js'
import { isoTime } from '../history/iso-time.js'
import type { SortDirection, ThreadSortKey } from '../store/params.js'
import { ThreadStoreError } from '../store/errors.js'
import type { StoredThread, ThreadPage } from '../store/records.js'
import type { ThreadStore } from '../store/thread-store.js'
import { apiThread } from './api-thread.js'
import { telling } from './error-codes.js'
import { limitParam, pathParam } from './request-params.js'
import { invalidRequest } from './rpc-error.js'
import type { Request, ServerContext } from './server-context.js'
import { matchesSourceKinds } from './source-kinds.js'
import { type ListCursor, printListCursor, readListCursor } from './thread-list-cursor.js'

interface ListQuery {
  readonly sortKey: ThreadSortKey
  readonly sortDirection: SortDirection
  readonly archived: boolean
  readonly modelProviders: readonly string[]
  readonly sourceKinds: readonly string[]
  readonly cwdFilters: readonly string[] | null
  readonly searchTerm: string | null
  readonly limit: number
}

/** `thread/list`: a page of threads in which something was said. */
export async function threadList({ server, params, reply }: Request): Promise<void> {
  const query = queryOf(server, params)
  const given = textAt(params, 'cursor')
  const cursor = given === null ? null : readListCursor(given)
  await server.listState(async () => {
    const doing = { what: 'list threads' }
    const { threads, more, storePage } = await telling(doing, () => collect(server, query, cursor))
    const last = threads.at(-1)
    reply({
      data: threads.map((thread) => apiThread(thread, server.sessions.statusOf(thread.threadId))),
      nextCursor:
        more && last ? printListCursor(timeOf(last, query), last.threadId, storePage) : null,
      backwardsCursor: threads[0] ? backwards(timeOf(threads[0], query), query) : null,
    })
  })
}

function queryOf(server: ServerContext, params: JsonObject): ListQuery {
  const { modelProviders, sourceKinds, cwd } = params
  const cwds = typeof cwd === 'string' ? [cwd] : (cwd as readonly string[] | null | undefined)
  return {
    sortKey: params['sortKey'] === 'updated_at' ? 'updatedAt' : 'createdAt',
    sortDirection: params['sortDirection'] === 'asc' ? 'asc' : 'desc',
    archived: params['archived'] === true,
    modelProviders: textsOf(modelProviders) ?? [server.config.modelProvider],
    sourceKinds: textsOf(sourceKinds) ?? [],
    cwdFilters: cwds?.map((path) => pathParam(server, path)) ?? null,
    searchTerm: textAt(params, 'searchTerm'),
    limit: limitParam(params),
  }
}

function textsOf(value: JsonValue | undefined): readonly string[] | null {
  return Array.isArray(value) ? (value as string[]) : null
}

interface Collected {
  readonly threads: readonly StoredThread[]
  readonly more: boolean
  /** Where the store began the page with the last of the threads. */
  readonly storePage: string | null
}

/** Goes through pages of the store until there are enough threads, or no more. */
async function collect(
  { store }: ServerContext,
  query: ListQuery,
  after: ListCursor | null,
): Promise<Collected> {
  const threads: StoredThread[] = []
  let storePage: string | null = null
  for await (const { items, cursor } of storePages(store, query, after?.storePage ?? null)) {
    for (const thread of items) {
      if (!isListed(thread, query) || !follows(thread, query, after)) continue
      if (threads.length === query.limit) return { threads, more: true, storePage }
      threads.push(thread)
      storePage = cursor
    }
  }
  return { threads, more: false, storePage }
}

interface StorePage {
  readonly items: readonly StoredThread[]
  /** Where it begins. */
  readonly cursor: string | null
}

/** Pages of the store from a cursor on; all of them when the cursor is of another query. */
async function* storePages(
  store: ThreadStore,
  query: ListQuery,
  from: string | null,
): AsyncIterable<StorePage> {
  let cursor = from
  do {
    const page: ThreadPage = await listFrom(store, query, cursor).catch((reason: unknown) => {
      const foreign = ThreadStoreError.is(reason) && reason.details.reason === 'invalid-cursor'
      if (!foreign || cursor === null) throw reason
      cursor = null
      return listFrom(store, query, cursor)
    })
    yield { items: page.items, cursor }
    cursor = page.nextCursor
  } while (cursor !== null)
}

function listFrom(
  store: ThreadStore,
  query: ListQuery,
  cursor: string | null,
): Promise<ThreadPage> {
  return store.listThreads({
    pageSize: Math.max(query.limit, 50),
    cursor,
    sortKey: query.sortKey,
    sortDirection: query.sortDirection,
    archived: query.archived,
    modelProviders: query.modelProviders,
    ...(query.cwdFilters === null ? {} : { cwdFilters: query.cwdFilters }),
    ...(query.searchTerm === null ? {} : { searchTerm: query.searchTerm }),
  })
}

/** A thread in which nothing was said yet has nothing to show. */
function isListed(thread: StoredThread, { sourceKinds }: ListQuery): boolean {
  return thread.preview !== '' && matchesSourceKinds(thread.source, sourceKinds)
}

/** Whether a thread stands behind the place that a cursor names. */
function follows(thread: StoredThread, query: ListQuery, after: ListCursor | null): boolean {
  if (after === null) return true
  const time = timeOf(thread, query)
  const forward = query.sortDirection === 'asc'
  if (time !== after.time) return forward ? time > after.time : time < after.time
  if (after.threadId === null) return false
  return forward ? thread.threadId > after.threadId : thread.threadId < after.threadId
}

function timeOf(thread: StoredThread, { sortKey }: ListQuery): string {
  return sortKey === 'updatedAt' ? thread.updatedAt : thread.createdAt
}

/** One millisecond before the page, seen from the other direction: asks for what came since. */
function backwards(time: string, { sortDirection }: ListQuery): string {
  const step = sortDirection === 'asc' ? 1 : -1
  const moved = isoTime(Date.parse(time) + step)
  if (moved === null) throw invalidRequest(`invalid time: ${time}`)
  return moved
}
