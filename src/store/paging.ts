import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn } from '../protocol/turn.js'
import { decodeCursor, encodeCursor, invalidCursor } from './cursor.js'
import { invalidRequest } from './errors.js'
import type { ListItemsParams, ListTurnsParams, SortDirection } from './params.js'
import type { ItemPage, TurnPage } from './records.js'

/** A page of a thread's turns, which were folded with the view the params ask for, oldest first. */
export function turnPage(turns: readonly StoredTurn[], params: ListTurnsParams): TurnPage {
  const page = pageOf(turns, (turn) => turn.turnId, {
    ...params,
    sortDirection: params.sortDirection ?? 'desc',
    query: ['turns', params.threadId],
  })
  return {
    turns: page.entries,
    nextCursor: page.nextCursor,
    backwardsCursor: page.backwardsCursor,
  }
}

/** A page of the items of a thread's turns, which were folded with all their items, or of one turn. */
export function itemPage(turns: readonly StoredTurn[], params: ListItemsParams): ItemPage {
  const { turnId } = params
  const chosen = turnId === undefined ? turns : turns.filter((turn) => turn.turnId === turnId)
  if (turnId !== undefined && chosen.length === 0) throw unknownTurn(params.threadId, turnId)
  const entries = chosen.flatMap((turn) =>
    turn.items.map((item, index) => ({ key: `${index}:${turn.turnId}`, item })),
  )
  const page = pageOf(entries, (entry) => entry.key, {
    ...params,
    sortDirection: params.sortDirection ?? 'asc',
    query: ['items', params.threadId, turnId ?? null],
  })
  return {
    items: page.entries.map((entry): RolloutItem => entry.item),
    nextCursor: page.nextCursor,
    backwardsCursor: page.backwardsCursor,
  }
}

interface PageRequest {
  readonly cursor?: string | null
  readonly pageSize: number
  readonly sortDirection: SortDirection
  readonly query: readonly unknown[]
}

interface Page<T> {
  readonly entries: readonly T[]
  readonly nextCursor: string | null
  readonly backwardsCursor: string | null
}

/** A page of a list in memory; its cursors name entries, so that entries may be added between. */
function pageOf<T>(
  ascending: readonly T[],
  keyOf: (entry: T) => string,
  request: PageRequest,
): Page<T> {
  const { sortDirection } = request
  const list = sortDirection === 'asc' ? ascending : ascending.toReversed()
  const query = (direction: SortDirection): unknown => [...request.query, direction]
  const start = request.cursor ? startOf(list, keyOf, query(sortDirection), request.cursor) : 0
  const entries = list.slice(start, start + request.pageSize)
  const first = entries[0]
  const last = entries.at(-1)
  const opposite = sortDirection === 'asc' ? 'desc' : 'asc'
  const more = start + entries.length < list.length
  return {
    entries,
    nextCursor:
      last !== undefined && more ? cursorAt(query(sortDirection), keyOf(last), false) : null,
    backwardsCursor: first === undefined ? null : cursorAt(query(opposite), keyOf(first), true),
  }
}

function startOf<T>(
  list: readonly T[],
  keyOf: (entry: T) => string,
  query: unknown,
  cursor: string,
): number {
  const anchor = decodeCursor(query, cursor)
  const index = list.findIndex((entry) => keyOf(entry) === anchor.id)
  if (index < 0) throw invalidCursor(cursor)
  return anchor.inclusive ? index : index + 1
}

function cursorAt(query: unknown, id: string, inclusive: boolean): string {
  return encodeCursor(query, { value: '', id, inclusive })
}

function unknownTurn(threadId: string, turnId: string): Error {
  return invalidRequest('unknown-turn', `thread ${threadId} has no turn ${turnId}`, {
    threadId,
    path: '/turnId',
  })
}
