import type { SqlParam } from '../../host/postgres.js'
import { isIsoMillis } from '../../protocol/iso-millis.js'
import { parseJson } from '../../protocol/parse-json.js'
import { isThreadId } from '../../protocol/thread-id.js'
import { type Anchor, decodeCursor, invalidCursor } from '../../store/cursor.js'
import type { ListThreadsParams, SearchThreadsParams } from '../../store/params.js'
import type { StoredThread } from '../../store/records.js'
import { type ThreadQuery, matchesThreadQuery, threadQuery } from '../../store/thread-filter.js'
import { threadCursor } from '../../store/thread-list.js'
import type { PostgresContext } from './postgres-context.js'
import { type SqlRollout, rolloutColumns, rolloutFrom, storedRollout } from './rows/rollout-row.js'
import { spawnedBy } from './schema/schema-3.js'
import { isStorable, textFor } from './rows/text-column.js'
import { recordFrom } from './rows/thread-row.js'

/** A page of threads with the cursor to the next. */
interface ListedThreads {
  readonly items: readonly StoredThread[]
  readonly nextCursor: string | null
}

/** A page of a listing or of a search. */
export async function listThreads(
  context: PostgresContext,
  params: ListThreadsParams | SearchThreadsParams,
): Promise<ListedThreads> {
  const query = threadQuery(params)
  const { includeRollouts = false }: Partial<ListThreadsParams> = params
  const wanted = params.pageSize + 1
  const items: StoredThread[] = []
  let after = params.cursor ? anchorOf(query, params.cursor) : null
  for (;;) {
    const rows = await fetchThreads(context, query, { after, limit: wanted, includeRollouts })
    // Columns cannot hold every text; the records can, and have the last word.
    items.push(...rows.filter((thread) => matchesThreadQuery(thread, query)))
    const last = rows.at(-1)
    if (items.length >= wanted || last === undefined || rows.length < wanted) break
    after = { value: last[query.sortKey], id: last.threadId, inclusive: false }
  }
  const page = items.slice(0, params.pageSize)
  const last = page.at(-1)
  const more = last !== undefined && items.length > page.length
  return { items: page, nextCursor: more ? threadCursor(query, last) : null }
}

/** A cursor can be made up; what is no time and no id must not reach a statement. */
function anchorOf(query: ThreadQuery, cursor: string): Anchor {
  const anchor = decodeCursor(query, cursor)
  if (!isIsoMillis(anchor.value) || !isThreadId(anchor.id)) throw invalidCursor(cursor)
  return anchor
}

interface Fetch {
  readonly after: Anchor | null
  readonly limit: number
  readonly includeRollouts: boolean
}

async function fetchThreads(
  { driver, namespace }: PostgresContext,
  query: ThreadQuery,
  fetch: Fetch,
): Promise<StoredThread[]> {
  const { sql, params } = listStatement(namespace, query, fetch)
  // Rare words want an index of texts, common ones the order of the list: no plan is good for both.
  const rows = await driver.query<{ record: string; rollouts?: string | null }>(sql, params, {
    plannedAnew: true,
  })
  return rows.map(({ record, rollouts }) => ({
    ...recordFrom(record),
    history: null,
    rollouts: fetch.includeRollouts ? rolloutsFrom(rollouts ?? '[]') : null,
  }))
}

function rolloutsFrom(json: string): StoredThread['rollouts'] {
  const rows = parseJson(json) as unknown as readonly SqlRollout[]
  return rows.map((row) => storedRollout(rolloutFrom(row)))
}

/**
 * The texts that a search looks into, as an index can have them. In the "C" collation lower() folds
 * A to Z and nothing else, as the contract does. What goes from one text to the next is found too;
 * the records have the last word.
 */
const searchedText = `lower(coalesce(t.name, '') || E'\\n' || coalesce(t.title, '') || E'\\n' ||
      t.preview || E'\\n' || coalesce(t.first_user_message, ''))`

/** The statement that finds every thread the query means, and a few more at most. */
export function listStatement(
  namespace: string,
  query: ThreadQuery,
  { after, limit, includeRollouts }: Fetch,
): { readonly sql: string; readonly params: readonly SqlParam[] } {
  const params: SqlParam[] = [namespace]
  const param = (value: SqlParam): string => `$${params.push(value)}`
  const where = [`t.archived = ${param(query.archived)}::boolean`]
  const oneOf = (column: string, values: readonly string[] | null): void => {
    if (values !== null)
      where.push(`t.${column} = ANY(${param(values.map((v) => textFor(v)))}::text[])`)
  }
  oneOf('source', query.sources)
  oneOf('model_provider', query.modelProviders)
  oneOf('cwd', query.cwds)
  if (query.parentThreadId !== null) where.push(spawnedBy(param(query.parentThreadId)))
  if (query.term !== null && isStorable(query.term)) {
    where.push(`${searchedText} LIKE ${param(`%${query.term.replace(/[\\%_]/g, '\\$&')}%`)}`)
  }
  const column = query.sortKey === 'createdAt' ? 'created_at' : 'updated_at'
  const order = query.sortDirection
  if (after !== null) {
    const beyond = order === 'asc' ? '>' : '<'
    where.push(
      `(t.${column}, t.thread_id) ${beyond} (${param(after.value)}, ${param(after.id)}::uuid)`,
    )
  }
  const rollouts = `(SELECT json_agg(r)::text FROM (SELECT ${rolloutColumns}
      FROM threadstore.rollouts r WHERE r.namespace = t.namespace AND r.thread_id = t.thread_id
      ORDER BY r.position) r) AS rollouts`
  const sql = `SELECT t.record${includeRollouts ? `, ${rollouts}` : ''} FROM threadstore.threads t
    WHERE t.namespace = $1 AND ${where.join(' AND ')}
    ORDER BY t.${column} ${order}, t.thread_id ${order} LIMIT ${param(limit)}::bigint`
  return { sql, params }
}
