import { type Anchor, decodeCursor } from '../../store/cursor.js'
import type { ListThreadsParams, SearchThreadsParams } from '../../store/params.js'
import type { ThreadRecord } from '../../store/records.js'
import {
  type ThreadQuery,
  compareText,
  compareThreads,
  matchesThreadQuery,
  threadQuery,
} from '../../store/thread-filter.js'
import { type RecordPage, threadCursor } from '../../store/thread-list.js'

/** Records in the orders that listings ask for, sorted once for any number of pages. */
export class SortedRecords {
  readonly #records: readonly ThreadRecord[]
  readonly #sorted = new Map<string, readonly ThreadRecord[]>()

  constructor(records: readonly ThreadRecord[]) {
    this.#records = records
  }

  /** A page; it costs what it looks through, not the whole list. */
  page(params: ListThreadsParams | SearchThreadsParams): RecordPage {
    const query = threadQuery(params)
    const order = `${query.sortKey} ${query.sortDirection}`
    const sorted =
      this.#sorted.get(order) ?? this.#records.toSorted((a, b) => compareThreads(a, b, query))
    this.#sorted.set(order, sorted)
    const anchor = params.cursor ? decodeCursor(query, params.cursor) : null
    const follows = (record: ThreadRecord): boolean =>
      anchor === null || isAfter(record, anchor, query)
    const first = firstOf(sorted, follows)
    const records: ThreadRecord[] = []
    for (let at = first; at < sorted.length; at += 1) {
      const record = sorted[at]
      if (record === undefined || !matchesThreadQuery(record, query)) continue
      const last = records.at(-1)
      if (records.length === params.pageSize && last !== undefined) {
        return { records, nextCursor: threadCursor(query, last) }
      }
      records.push(record)
    }
    return { records, nextCursor: null }
  }
}

function isAfter(record: ThreadRecord, anchor: Anchor, query: ThreadQuery): boolean {
  const order =
    compareText(record[query.sortKey], anchor.value) || compareText(record.threadId, anchor.id)
  return query.sortDirection === 'asc' ? order > 0 : order < 0
}

/** The first index whose record `follows`, in a list where all that follow come last. */
function firstOf<T>(sorted: readonly T[], follows: (record: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const record = sorted[middle]
    if (record !== undefined && follows(record)) high = middle
    else low = middle + 1
  }
  return low
}
