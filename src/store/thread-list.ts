import { decodeCursor, encodeCursor } from './cursor.js'
import type { ListThreadsParams, SearchThreadsParams } from './params.js'
import type { ThreadRecord } from './records.js'
import {
  type ThreadQuery,
  compareText,
  compareThreads,
  matchesThreadQuery,
  threadQuery,
} from './thread-filter.js'

/** One page of records with the cursor to the next. */
export interface RecordPage {
  readonly records: readonly ThreadRecord[]
  readonly nextCursor: string | null
}

/** A page out of records held in memory. Stores with a database do the same there. */
export function threadListPage(
  records: Iterable<ThreadRecord>,
  params: ListThreadsParams | SearchThreadsParams,
): RecordPage {
  const query = threadQuery(params)
  const after = params.cursor ? decodeCursor(query, params.cursor) : null
  const matching = [...records]
    .filter((record) => matchesThreadQuery(record, query))
    .filter((record) => after === null || follows(record, after, query))
    .toSorted((a, b) => compareThreads(a, b, query))
  const page = matching.slice(0, params.pageSize)
  const last = page.at(-1)
  const more = last !== undefined && page.length < matching.length
  return { records: page, nextCursor: more ? threadCursor(query, last) : null }
}

/** The cursor that continues after `record`. */
export function threadCursor(query: ThreadQuery, record: ThreadRecord): string {
  return encodeCursor(query, {
    value: record[query.sortKey],
    id: record.threadId,
    inclusive: false,
  })
}

function follows(
  record: ThreadRecord,
  anchor: { readonly value: string; readonly id: string },
  query: ThreadQuery,
): boolean {
  const order =
    compareText(record[query.sortKey], anchor.value) || compareText(record.threadId, anchor.id)
  return query.sortDirection === 'asc' ? order > 0 : order < 0
}
