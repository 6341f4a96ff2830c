import type { SearchThreadsParams } from '../../store/params.js'
import type { ThreadSearchPage } from '../../store/records.js'
import { searchSnippet } from '../../store/thread-filter.js'
import { listThreads } from './list-threads.js'
import type { PostgresContext } from './postgres-context.js'

/** A page of the threads that mention a term, each with the place where it does. */
export async function searchThreads(
  context: PostgresContext,
  search: SearchThreadsParams,
): Promise<ThreadSearchPage> {
  const { items, nextCursor } = await listThreads(context, search)
  return {
    items: items.map((thread) => ({ thread, snippet: searchSnippet(thread, search.searchTerm) })),
    nextCursor,
  }
}
