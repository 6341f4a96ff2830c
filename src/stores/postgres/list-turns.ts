import type { PostgresSession } from '../../host/postgres.js'
import type { RolloutItem } from '../../protocol/rollout-item.js'
import type { StoredTurn, TurnItemsView } from '../../protocol/turn.js'
import { invalidCursor } from '../../store/cursor.js'
import { foundTurnPage, turnAnchor } from '../../store/paging.js'
import type { ListTurnsParams } from '../../store/params.js'
import type { TurnPage } from '../../store/records.js'
import { keepTurns } from './keep-turns.js'
import type { PostgresContext } from './postgres-context.js'
import {
  type ProjectedTurns,
  type TurnsToFold,
  projectedTurns,
  turnsToFold,
} from './projected-turns.js'
import { visibleThread } from './thread-row.js'
import { itemsOfTurns } from './turn-items.js'
import type { ProjectedTurn } from './turn-projector.js'
import { turnsBetween, turnsWithIds } from './turn-row.js'
import { findWriter } from './writer-lease.js'

/** Bytes since the last projection, beyond which a reader leaves a newer one behind. */
const WORTH_KEEPING_BYTES = 64 * 1024

/** A page of a thread's turns: a range of the stored ones, and what was appended since. */
export async function listTurns(
  context: PostgresContext,
  list: ListTurnsParams,
): Promise<TurnPage> {
  const { driver, namespace } = context
  const { page, kept } = await driver.transaction('read', async (session) => {
    const thread = await visibleThread(session, namespace, list)
    const toFold = await turnsToFold(session, namespace, thread)
    const turns = await projectedTurns(session, namespace, toFold)
    return {
      page: await pageOf(session, namespace, turns, list),
      kept: (await isWorthKeeping(context, session, toFold)) ? turns : null,
    }
  })
  // Whoever may only read, or is in somebody's way, has the answer all the same.
  if (kept !== null) await keepTurns(context, kept).catch(() => undefined)
  return page
}

/** Whether folded turns should be stored: not after every few items of a thread that is written. */
async function isWorthKeeping(
  context: PostgresContext,
  session: PostgresSession,
  { stored, byteCount, source }: TurnsToFold,
): Promise<boolean> {
  if (stored === null || byteCount >= WORTH_KEEPING_BYTES) return true
  if (byteCount === 0) return false
  return (await findWriter(context, session, source.current.rolloutId)) === null
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
  const { threadId, storedCount, changed, count } = turns
  const stored = await turnsWithIds(session, namespace, threadId, [anchor.id])
  const indexes = [
    ...stored.map(({ index }) => index).filter((index) => index < storedCount),
    ...changed.filter(({ id }) => id === anchor.id).map(({ index }) => index),
  ]
  if (indexes.length === 0) throw invalidCursor(list.cursor ?? '')
  const isAscending = list.sortDirection === 'asc'
  const before = isAscending ? Math.min(...indexes) : count - 1 - Math.max(...indexes)
  return anchor.inclusive ? before : before + 1
}

async function turnsAt(
  session: PostgresSession,
  namespace: string,
  { threadId, storedCount, changed }: ProjectedTurns,
  [from, to]: readonly [from: number, to: number],
): Promise<ProjectedTurn[]> {
  const range = [from, Math.min(to, storedCount)] as const
  const stored = await turnsBetween(session, namespace, threadId, range)
  const newer = new Map(changed.map((turn) => [turn.index, turn]))
  const appended = changed.filter(
    ({ index }) => index >= storedCount && index >= from && index < to,
  )
  return [...stored.map((turn) => newer.get(turn.index) ?? turn), ...appended]
}

async function storedTurns(
  session: PostgresSession,
  namespace: string,
  { source }: ProjectedTurns,
  turns: readonly ProjectedTurn[],
  itemsView: TurnItemsView,
): Promise<StoredTurn[]> {
  const shown = itemsView === 'full' ? turns : []
  const items = await itemsOfTurns(session, namespace, source, shown)
  return turns.map((turn) => ({
    turnId: turn.id,
    items: itemsView === 'summary' ? summaryOf(turn) : (items.get(turn) ?? []),
    itemsView,
    status: turn.status,
    error: turn.error,
    startedAt: turn.startedAt,
    completedAt: turn.completedAt,
    durationMs: turn.durationMs,
  }))
}

function summaryOf({ contents }: ProjectedTurn): RolloutItem[] {
  return [contents.firstUserMessage, contents.lastAgentMessage].filter((item) => item !== null)
}
