import type { RolloutItem } from '../protocol/rollout-item.js'
import type { StoredTurn } from '../protocol/turn.js'
import { decodeCursor, encodeCursor, invalidCursor } from './cursor.js'
import { invalidRequest } from './errors.js'
import type { ListItemsParams, ListTurnsParams, SortDirection } from './params.js'
import type { ItemPage, TurnPage } from './records.js'

/** A turn that stands, and how many stand before it: damaged histories repeat the ids of turns. */
export interface PlacedTurn {
  readonly position: number
  readonly turn: StoredTurn
}

/** A page of a thread's turns, which were folded with the view the params ask for, oldest first. */
export function turnPage(turns: readonly StoredTurn[], params: ListTurnsParams): TurnPage {
  const placed = turns.map((turn, position) => ({ position, turn }))
  const { entries, ...cursors } = pageOf(placed, turnKey, turnRequest(params))
  return { turns: entries.map(({ turn }) => turn), ...cursors }
}

/** The turn with which a page of turns begins, or after which it does. */
interface TurnAnchor {
  readonly position: number
  readonly turnId: string
  readonly inclusive: boolean
}

/** Where a page of turns begins; `null`: with the first turn. For stores that page in a database. */
export function turnAnchor(params: ListTurnsParams): TurnAnchor | null {
  const { cursor } = params
  if (!cursor) return null
  const { query, sortDirection } = turnRequest(params)
  const { id, inclusive } = decodeCursor([...query, sortDirection], cursor)
  const [, position, turnId] = /^(\d{1,9}):([^]*)$/.exec(id) ?? []
  if (turnId === undefined) throw invalidCursor(cursor)
  return { position: Number(position), turnId, inclusive }
}

/** A page of turns that a database has found, in the order of the page. */
export function foundTurnPage(
  found: readonly PlacedTurn[],
  more: boolean,
  params: ListTurnsParams,
): TurnPage {
  const turns = found.map(({ turn }) => turn)
  return { turns, ...cursorsOf(found, turnKey, more, turnRequest(params)) }
}

function turnKey({ position, turn }: PlacedTurn): string {
  return `${position}:${turn.turnId}`
}

function turnRequest(params: ListTurnsParams): PageRequest {
  return {
    ...params,
    sortDirection: params.sortDirection ?? 'desc',
    query: ['turns', params.threadId],
  }
}

/** An item of a turn that stands, and which of the turn's items it is. */
export interface TurnItem {
  /** How many turns stand before its own. */
  readonly position: number
  readonly turnId: string
  readonly index: number
  readonly item: RolloutItem
}

/** A page of the items of a thread's turns, which were folded with all their items, or of one turn. */
export function itemPage(turns: readonly StoredTurn[], params: ListItemsParams): ItemPage {
  const { turnId } = params
  const placed = turns.map((turn, position) => ({ position, turn }))
  const chosen = placed.filter(({ turn }) => turnId === undefined || turn.turnId === turnId)
  if (turnId !== undefined && chosen.length === 0) throw unknownTurn(params.threadId, turnId)
  const entries = chosen.flatMap(({ position, turn }) =>
    turn.items.map((item, index) => ({ position, turnId: turn.turnId, index, item })),
  )
  const { entries: found, ...cursors } = pageOf(entries, itemKey, itemRequest(params))
  return { items: found.map(({ item }) => item), ...cursors }
}

/** The item with which a page of items begins, or after which it does. */
interface ItemAnchor {
  readonly position: number
  readonly turnId: string
  readonly index: number
  readonly inclusive: boolean
}

/** Where a page of items begins; `null`: with the first item. For stores that page in a database. */
export function itemAnchor(params: ListItemsParams): ItemAnchor | null {
  const { cursor } = params
  if (!cursor) return null
  const { query, sortDirection } = itemRequest(params)
  const { id, inclusive } = decodeCursor([...query, sortDirection], cursor)
  const [, position, index, turnId] = /^(\d{1,9}):(\d{1,9}):([^]*)$/.exec(id) ?? []
  if (turnId === undefined) throw invalidCursor(cursor)
  return { position: Number(position), turnId, index: Number(index), inclusive }
}

/** A page of items that a database has found, in the order of the page. */
export function foundItemPage(
  entries: readonly TurnItem[],
  more: boolean,
  params: ListItemsParams,
): ItemPage {
  const items = entries.map(({ item }) => item)
  return { items, ...cursorsOf(entries, itemKey, more, itemRequest(params)) }
}

function itemKey({ position, index, turnId }: TurnItem): string {
  return `${position}:${index}:${turnId}`
}

function itemRequest(params: ListItemsParams): PageRequest {
  return {
    ...params,
    sortDirection: params.sortDirection ?? 'asc',
    query: ['items', params.threadId, params.turnId ?? null],
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
  const query = [...request.query, sortDirection]
  const start = request.cursor ? startOf(list, keyOf, query, request.cursor) : 0
  const entries = list.slice(start, start + request.pageSize)
  const more = start + entries.length < list.length
  return { entries, ...cursorsOf(entries, keyOf, more, request) }
}

function cursorsOf<T>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  more: boolean,
  { query, sortDirection }: PageRequest,
): Pick<Page<T>, 'nextCursor' | 'backwardsCursor'> {
  const first = entries[0]
  const last = entries.at(-1)
  const opposite = sortDirection === 'asc' ? 'desc' : 'asc'
  const onward = [...query, sortDirection]
  return {
    nextCursor: last !== undefined && more ? cursorAt(onward, keyOf(last), false) : null,
    backwardsCursor:
      first === undefined ? null : cursorAt([...query, opposite], keyOf(first), true),
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

/** The thread has no turn with an id, or not any more. */
export function unknownTurn(threadId: string, turnId: string): Error {
  return invalidRequest('unknown-turn', `thread ${threadId} has no turn ${turnId}`, {
    threadId,
    path: '/turnId',
  })
}
