import type { PostgresSession } from '../../host/postgres.js'
import { isJsonObject } from '../../protocol/json.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { requireKnownHistoryMode } from '../../store/history-mode.js'
import { type LocatedItem, readItems } from './read-items.js'
import type { ThreadRow } from './thread-row.js'
import { type ThreadStretches, stretchesOf } from './thread-stretches.js'
import { type ProjectedTurn, TurnProjector } from './turn-projector.js'
import { type TurnProjection, findProjection, isPrefix, lineageText } from './turn-projection.js'
import { turnsBetween, turnsWithIds } from './turn-row.js'

/** The turns of a thread, some as they are stored, the others folded just now. */
export interface ProjectedTurns {
  readonly threadId: ThreadId
  readonly source: ThreadStretches
  /** What was stored and still counts. */
  readonly stored: TurnProjection | null
  /** What is true now. */
  readonly now: TurnProjection
  /** Turns at the beginning that are stored; as they are, unless they are among `changed`. */
  readonly storedCount: number
  /** The turns that are not stored as they are now, oldest first. */
  readonly changed: readonly ProjectedTurn[]
  /** Turns in all. */
  readonly count: number
}

/** What there is to fold: the history of a thread, and what was projected of it before. */
export interface TurnsToFold {
  readonly threadId: ThreadId
  readonly source: ThreadStretches
  readonly lineage: string
  readonly stored: TurnProjection | null
  /** Bytes that have to be read. */
  readonly byteCount: number
}

/** Finds out what there is to fold. `session` is a transaction that reads one point in time. */
export async function turnsToFold(
  session: PostgresSession,
  namespace: string,
  thread: ThreadRow,
): Promise<TurnsToFold> {
  requireKnownHistoryMode(thread.record)
  const { threadId } = thread.record
  const source = await stretchesOf(session, namespace, thread)
  const lineage = lineageText(source)
  const found = await findProjection(session, namespace, threadId)
  const stored = found?.lineage === lineage && isPrefix(found, source) ? found : null
  const whole = source.stretches.reduce((sum, { toByte }) => sum + toByte, 0)
  const byteCount = stored === null ? whole : source.current.byteCount - stored.byteCount
  return { threadId, source, lineage, stored, byteCount }
}

/** The turns of a thread: what was projected before as it is, and what was appended since. */
export async function projectedTurns(
  session: PostgresSession,
  namespace: string,
  toFold: TurnsToFold,
): Promise<ProjectedTurns> {
  const { threadId, source, lineage, stored } = toFold
  if (stored !== null && toFold.byteCount === 0) {
    const storedCount = stored.closedCount + (stored.isOpen ? 1 : 0)
    return { threadId, source, stored, now: stored, storedCount, changed: [], count: storedCount }
  }
  const projector = new TurnProjector(await startOf(session, namespace, threadId, stored))
  const itemCount = await project(session, namespace, toFold, projector)
  const { byteCount, endsLine } = source.current
  const { closed: closedCount, open, untouched } = projector.folding
  const isOpen = open !== null
  return {
    threadId,
    source,
    stored,
    now: { lineage, byteCount, endsLine, itemCount, closedCount, isOpen },
    storedCount: untouched,
    changed: projector.changed(),
    count: closedCount + (isOpen ? 1 : 0),
  }
}

/** Folds what is not stored; gives the number of items of the whole history. */
async function project(
  session: PostgresSession,
  namespace: string,
  { threadId, source, stored }: TurnsToFold,
  projector: TurnProjector,
): Promise<number> {
  const known = new Set<string>()
  let itemCount = stored?.itemCount ?? 0
  for (const [index, { logId, toByte }] of source.stretches.entries()) {
    if (stored !== null && index < source.stretches.length - 1) continue
    const range = { logId, fromByte: stored?.byteCount ?? 0, toByte }
    for await (const located of readItems(session, namespace, range)) {
      if (stored !== null) {
        const ids = namedTurns(located, projector).filter((id) => !known.has(id))
        for (const id of ids) known.add(id)
        const turns = await turnsWithIds(session, namespace, threadId, ids)
        for (const turn of turns) projector.folding.know(turn)
      }
      for (const { item, fromByte, toByte: end } of located) {
        projector.push(item, itemCount, [index, fromByte, end])
        itemCount += 1
      }
    }
  }
  return itemCount
}

async function startOf(
  session: PostgresSession,
  namespace: string,
  threadId: ThreadId,
  stored: TurnProjection | null,
): Promise<ConstructorParameters<typeof TurnProjector>[0]> {
  if (stored === null) return undefined
  const { closedCount: closed, isOpen } = stored
  const at = [closed, closed + (isOpen ? 1 : 0)] as const
  const [open = null] = await turnsBetween(session, namespace, threadId, at)
  return { closed, open }
}

/** The turns that items name, and the open one: what folding has to know of. */
function namedTurns(located: readonly LocatedItem[], { folding }: TurnProjector): string[] {
  const ids = new Set<string>(folding.open ? [folding.open.id] : [])
  for (const { item } of located) {
    const id = isJsonObject(item.payload) ? item.payload['turn_id'] : null
    if (typeof id === 'string') ids.add(id)
  }
  return [...ids]
}
