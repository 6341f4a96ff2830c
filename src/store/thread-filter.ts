import type { ThreadId } from '../protocol/thread-id.js'
import type {
  ListThreadsParams,
  SearchThreadsParams,
  SortDirection,
  ThreadSortKey,
} from './params.js'
import type { ThreadRecord } from './records.js'

/** What decides which threads a listing holds and in which order: the part a cursor is bound to. */
export interface ThreadQuery {
  readonly sortKey: ThreadSortKey
  readonly sortDirection: SortDirection
  /** `null`: every source. Each entry is the source as JSON text. */
  readonly sources: readonly string[] | null
  /** `null`: every provider. */
  readonly modelProviders: readonly string[] | null
  /** `null`: every directory. */
  readonly cwds: readonly string[] | null
  /** `null`: whoever spawned them. */
  readonly parentThreadId: ThreadId | null
  readonly archived: boolean
  /** ASCII lower case; `null`: no term. */
  readonly term: string | null
}

/** The defaults of a listing filled in, so that equal listings are equal values. */
export function threadQuery(params: ListThreadsParams | SearchThreadsParams): ThreadQuery {
  const list: Partial<ListThreadsParams> = params
  const sources = params.allowedSources ?? []
  const providers = list.modelProviders ?? []
  return {
    sortKey: params.sortKey ?? 'createdAt',
    sortDirection: params.sortDirection ?? 'desc',
    sources:
      sources.length === 0 ? null : sources.map((source) => canonicalJson(source)).toSorted(),
    modelProviders: providers.length === 0 ? null : [...providers].toSorted(),
    cwds: list.cwdFilters === undefined ? null : [...list.cwdFilters].toSorted(),
    parentThreadId: list.parentThreadId ?? null,
    archived: params.archived ?? false,
    term: params.searchTerm ? asciiLowerCase(params.searchTerm) : null,
  }
}

export function matchesThreadQuery(record: ThreadRecord, query: ThreadQuery): boolean {
  const { term } = query
  return (
    (record.archivedAt !== null) === query.archived &&
    (query.sources === null || query.sources.includes(canonicalJson(record.source))) &&
    (query.modelProviders === null || query.modelProviders.includes(record.modelProvider)) &&
    (query.cwds === null || query.cwds.includes(record.cwd)) &&
    (query.parentThreadId === null || query.parentThreadId === record.parentThreadId) &&
    (term === null || searchedTexts(record).some((text) => contains(text, term)))
  )
}

/** The texts a search term is looked for in, most telling first. */
function searchedTexts(record: ThreadRecord): string[] {
  return [record.name, record.title, record.preview, record.firstUserMessage].filter(
    (text) => text !== null,
  )
}

/** Text around the first match, at most 40 characters on either side, in its own case. */
export function searchSnippet(record: ThreadRecord, term: string): string {
  const folded = asciiLowerCase(term)
  for (const text of searchedTexts(record)) {
    const at = asciiLowerCase(text).indexOf(folded)
    if (at >= 0) return around(text, at, at + folded.length)
  }
  return ''
}

function around(text: string, from: number, to: number): string {
  const before = text.slice(Math.max(0, from - 40), from)
  const after = text.slice(to, to + 40)
  const start = from > 40 ? `…${before.replace(/^[\udc00-\udfff]/, '')}` : before
  const end = text.length > to + 40 ? `${after.replace(/[\ud800-\udbff]$/, '')}…` : after
  return start + text.slice(from, to) + end
}

/** Order of two threads in a listing; the id breaks ties, in the direction of the listing. */
export function compareThreads(a: ThreadRecord, b: ThreadRecord, query: ThreadQuery): number {
  const order =
    compareText(a[query.sortKey], b[query.sortKey]) || compareText(a.threadId, b.threadId)
  return query.sortDirection === 'asc' ? order : -order
}

/** Order by UTF-16 code units; for times and ids, which are ASCII, that is every database's order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Only A to Z are folded: the one rule every database, file and language can share. */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function contains(text: string, foldedTerm: string): boolean {
  return asciiLowerCase(text).includes(foldedTerm)
}

/** JSON text with sorted keys: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => compareText(a, b)))
      : part,
  )
}
