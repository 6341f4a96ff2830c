import type { PostgresSession } from '../../host/postgres.js'
import { invalidCursor } from '../../store/cursor.js'
import { type TurnItem, foundItemPage, itemAnchor, unknownTurn } from '../../store/paging.js'
import type { ListItemsParams } from '../../store/params.js'
import type { ItemPage } from '../../store/records.js'
import { type IndexRange, narrowPlaces } from './turns/narrow-places.js'
import type { PostgresContext } from './postgres-context.js'
import type { ProjectedTurns } from './turns/projected-turns.js'
import { readTurns } from './turns/read-turns.js'
import { itemsOfTurns } from './turns/turn-items.js'
import type { ProjectedTurn } from './turns/turn-projector.js'
import { turnsAt, turnsNamed } from './turns/turn-range.js'
import { type TurnSize, turnSizes } from './rows/turn-row.js'

/** A page of the items of a thread's turns: the turns say where they stand, and nothing else is read. */
export async function listItems(
  context: PostgresContext,
  list: ListItemsParams,
): Promise<ItemPage> {
  return readTurns(context, list, async (session, turns) => {
    const { namespace } = context
    const start = await startOf(session, namespace, turns, list)
    const sizes = await sizesFrom(session, namespace, turns, list, start)
    const { slices, more } = slicesOf(sizes, start, list)
    const items = await itemsOf(session, namespace, turns, list, slices)
    return foundItemPage(list.sortDirection === 'desc' ? items.toReversed() : items, more, list)
  })
}

/** The turn in which a page begins, and which of its items comes first; `null`: with the first turn. */
interface Start {
  readonly position: number
  readonly index: number
}

async function startOf(
  session: PostgresSession,
  namespace: string,
  turns: ProjectedTurns,
  list: ListItemsParams,
): Promise<Start | null> {
  const anchor = itemAnchor(list)
  if (anchor === null) return null
  const { position, turnId, index, inclusive } = anchor
  const [turn] = await turnsAt(session, namespace, turns, [position, position + 1])
  if (turn?.id !== turnId || index >= turn.contents.itemCount) {
    throw invalidCursor(list.cursor ?? '')
  }
  const step = inclusive ? 0 : 1
  return { position, index: list.sortDirection === 'desc' ? index - step : index + step }
}

/** The turns from the start of a page on, in its order: as many as it may need, one more included. */
async function sizesFrom(
  session: PostgresSession,
  namespace: string,
  turns: ProjectedTurns,
  { threadId, turnId, pageSize, sortDirection = 'asc' }: ListItemsParams,
  start: Start | null,
): Promise<readonly TurnSize[]> {
  const isAscending = sortDirection === 'asc'
  const isBefore = ({ position }: TurnSize): boolean =>
    start !== null && (isAscending ? position < start.position : position > start.position)
  if (turnId !== undefined) {
    const named = (await turnsNamed(session, namespace, turns, turnId)).map(sizeOf)
    if (named.length === 0) throw unknownTurn(threadId, turnId)
    return (isAscending ? named : named.toReversed()).filter((size) => !isBefore(size))
  }
  const first = start?.position ?? (isAscending ? 0 : turns.count - 1)
  // No turn is empty, the one in which the page begins may be used up.
  const count = pageSize + 2
  const [from, to] = isAscending
    ? [first, Math.min(turns.count, first + count)]
    : [Math.max(0, first + 1 - count), first + 1]
  const stored = await turnSizes(session, namespace, threadId, [
    from,
    Math.min(to, turns.storedCount),
  ])
  const sizes = new Map(stored.map((size) => [size.position, size]))
  for (const size of turns.changed.map(sizeOf)) {
    if (size.position >= from && size.position < to) sizes.set(size.position, size)
  }
  const sorted = [...sizes.values()].toSorted((a, b) => a.position - b.position)
  return isAscending ? sorted : sorted.toReversed()
}

function sizeOf({ index, contents }: ProjectedTurn): TurnSize {
  return { position: index, itemCount: contents.itemCount }
}

/** Some items of a turn. */
interface Slice {
  readonly position: number
  readonly range: IndexRange
}

/** Which items of which turns a page holds, oldest first, and whether there are more. */
function slicesOf(
  sizes: readonly TurnSize[],
  start: Start | null,
  { pageSize, sortDirection }: ListItemsParams,
): { readonly slices: readonly Slice[]; readonly more: boolean } {
  const isAscending = sortDirection !== 'desc'
  const slices: Slice[] = []
  let room = pageSize
  for (const { position, itemCount } of sizes) {
    const isFirst = position === start?.position
    const from = isFirst && isAscending ? start.index : 0
    const to = isFirst && !isAscending ? start.index + 1 : itemCount
    if (from >= to) continue
    if (room === 0) return { slices: inOrder(slices), more: true }
    const count = Math.min(room, to - from)
    slices.push({ position, range: isAscending ? [from, from + count] : [to - count, to] })
    room -= count
    if (count < to - from) return { slices: inOrder(slices), more: true }
  }
  return { slices: inOrder(slices), more: false }
}

function inOrder(slices: readonly Slice[]): readonly Slice[] {
  return slices.toSorted((a, b) => a.position - b.position)
}

async function itemsOf(
  session: PostgresSession,
  namespace: string,
  turns: ProjectedTurns,
  { turnId }: ListItemsParams,
  slices: readonly Slice[],
): Promise<TurnItem[]> {
  const positions = [slices[0]?.position ?? 0, (slices.at(-1)?.position ?? -1) + 1] as const
  const found =
    turnId === undefined
      ? await turnsAt(session, namespace, turns, positions)
      : await turnsNamed(session, namespace, turns, turnId)
  const turnOf = new Map(found.map((turn) => [turn.index, turn]))
  const parts: { turn: ProjectedTurn; firstIndex: number; range: IndexRange }[] = []
  for (const { position, range } of slices) {
    const turn = turnOf.get(position)
    if (turn === undefined) continue
    const { contents } = turn
    const narrow = await narrowPlaces(session, namespace, turns.source, contents, range)
    const { places, firstIndex } = narrow
    parts.push({ turn: { ...turn, contents: { ...contents, places } }, firstIndex, range })
  }
  const read = parts.map(({ turn }) => turn)
  const items = await itemsOfTurns(session, namespace, turns.source, read)
  return parts.flatMap(({ turn, firstIndex, range: [from, to] }) =>
    (items.get(turn) ?? [])
      .slice(from - firstIndex, to - firstIndex)
      .map((item, index) => ({ position: turn.index, turnId: turn.id, index: from + index, item })),
  )
}
