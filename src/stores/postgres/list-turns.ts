import type { PostgresSession } from '../../host/postgres.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import type { TurnItemsView } from '../../protocol/turn.js'
import { invalidCursor } from '../../store/cursor.js'
import { foundTurnPage, type PlacedTurn, turnAnchor } from '../../store/paging.js'
import type { ListTurnsParams } from '../../store/params.js'
import type { TurnPage } from '../../store/records.js'
import type { PostgresContext } from './postgres-context.js'
import type { ProjectedTurns } from './turns/projected-turns.js'
import { readTurns } from './turns/read-turns.js'
import { itemsOfTurns } from './turns/turn-items.js'
import type { ProjectedTurn } from './turns/turn-projector.js'
import { turnsAt } from './turns/turn-range.js'

/** A page of a thread's turns: a range of the stored ones, and what was appended since. */
export async function listTurns(
  context: PostgresContext,
  list: ListTurnsParams,
): Promise<TurnPage> {
  return readTurns(context, list, (session, turns) =>
    pageOf(session, context.namespace, turns, list),
  )
}

async function pageOf(
  session: PostgresSession,
  namespace: string,
  turns: ProjectedTurns,
  list: ListTurnsParams,
): Promise<TurnPage> {
  const { pageSize, itemsView = 'summary', sortDirection = 'desc' } = list
  const start = await startOf(session, namespace, turns, list)
  const shown = Math.max(0, Math.min(pageSize, turns.count - start))
  const isAscending = sortDirection === 'asc'
  const from = isAscending ? start : turns.count - start - shown
  const found = await turnsAt(session, namespace, turns, [from, from + shown])
  const stored = await storedTurns(session, namespace, turns, found, itemsView)
  const inOrder = isAscending ? stored : stored.toReversed()
  return foundTurnPage(inOrder, start + shown < turns.count, list)
}

/** How many turns, in the order of the page, come before it. */
async function startOf(
  session: PostgresSession,
  namespace: string,
  turns: ProjectedTurns,
  list: ListTurnsParams,
): Promise<number> {
  const anchor = turnAnchor(list)
  if (anchor === null) return 0
  const { position, turnId } = anchor
  const [turn] = await turnsAt(session, namespace, turns, [position, position + 1])
  if (turn?.id !== turnId) throw invalidCursor(list.cursor ?? '')
  const before = list.sortDirection === 'asc' ? position : turns.count - 1 - position
  return anchor.inclusive ? before : before + 1
}

async function storedTurns(
  session: PostgresSession,
  namespace: string,
  { source }: ProjectedTurns,
  turns: readonly ProjectedTurn[],
  itemsView: TurnItemsView,
): Promise<PlacedTurn[]> {
  const shown = itemsView === 'full' ? turns : []
  const items = await itemsOfTurns(session, namespace, source, shown)
  return turns.map((turn) => ({
    position: turn.index,
    turn: {
      turnId: turn.id,
      items: itemsView === 'summary' ? summaryOf(turn) : (items.get(turn) ?? []),
      itemsView,
      status: turn.status,
      error: turn.error,
      startedAt: turn.startedAt,
      completedAt: turn.completedAt,
      durationMs: turn.durationMs,
    },
  }))
}

function summaryOf({ contents }: ProjectedTurn): RolloutItem[] {
  return [contents.firstUserMessage, contents.lastAgentMessage].filter((item) => item !== null)
}
