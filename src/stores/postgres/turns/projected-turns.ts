import type { PostgresSession } from '../../../host/postgres.js'
import { isJsonObject } from '../../../protocol/json.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { requireKnownHistoryMode } from '../../../store/history-mode.js'
import { type LocatedItem, readItems } from '../log/read-items.js'
import type { ThreadRow } from '../rows/thread-row.js'
import { type ThreadStretches, stretchesOf } from '../log/thread-stretches.js'
import { type ProjectedTurn, TurnProjector } from './turn-projector.js'
import {
  type FoldedUpTo,
  type TurnProjection,
  findProjection,
  lineageText,
  placeInHistory,
} from './turn-projection.js'
import { turnsBetween, turnsWithIds } from '../rows/turn-row.js'

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
  /** Whether that is the whole history, and not only as much of it as was to be folded at once. */
  readonly isWhole: boolean
}

/** What there is to fold: the history of a thread, and what was projected of it before. */
export interface TurnsToFold {
  readonly threadId: ThreadId
  readonly source: ThreadStretches
  readonly stored: TurnProjection | null
  /** Where folding begins. */
  readonly from: FoldedUpTo
  /** Bytes that have to be read. */
  readonly byteCount: number
}

const BEGINNING: FoldedUpTo = { stretch: 0, byteCount: 0 }

/** Finds out what there is to fold. `session` is a transaction that reads one point in time. */
export async function turnsToFold(
  session: PostgresSession,
  namespace: string,
  thread: ThreadRow,
): Promise<TurnsToFold> {
  requireKnownHistoryMode(thread.record)
  const { threadId } = thread.record
  const source = await stretchesOf(session, namespace, thread)
  const found = await findProjection(session, namespace, threadId)
  const end = found && placeInHistory(found, source.stretches)
  const from = end ?? BEGINNING
  const byteCount = source.stretches
    .slice(from.stretch)
    .reduce((sum, { toByte }) => sum + toByte, -from.byteCount)
  return { threadId, source, stored: end && found, from, byteCount }
}

/**
 * The turns of a thread: what was projected before as it is, and what was appended since.
 * @param bytesMax - folding ends with the first line behind so many bytes
 */
export async function projectedTurns(
  session: PostgresSession,
  namespace: string,
  toFold: TurnsToFold,
  bytesMax: number = Infinity,
): Promise<ProjectedTurns> {
  const { threadId, source, stored, from } = toFold
  if (stored !== null && toFold.byteCount === 0 && from.stretch === source.stretches.length - 1) {
    const storedCount = stored.closedCount + (stored.isOpen ? 1 : 0)
    const counts = { storedCount, changed: [], count: storedCount, isWhole: true }
    return { threadId, source, stored, now: stored, ...counts }
  }
  const projector = new TurnProjector(await startOf(session, namespace, threadId, stored))
  const { end, itemCount } = await project(session, namespace, toFold, projector, bytesMax)
  const { byteCount, endsLine } = end ?? source.current
  const { closed: closedCount, open, untouched } = projector.folding
  const isOpen = open !== null
  const lineage = lineageText(source.stretches, end?.stretch ?? source.stretches.length - 1)
  return {
    threadId,
    source,
    stored,
    now: { lineage, byteCount, endsLine, itemCount, closedCount, isOpen },
    storedCount: untouched,
    changed: projector.changed(),
    count: closedCount + (isOpen ? 1 : 0),
    isWhole: end === null,
  }
}

interface Projected {
  /** Items of the history so far. */
  readonly itemCount: number
  /** Where folding ended; `null`: with the history. */
  readonly end: (FoldedUpTo & { readonly endsLine: true }) | null
}

/** Folds what is not stored. */
async function project(
  session: PostgresSession,
  namespace: string,
  { threadId, source: { stretches }, stored, from }: TurnsToFold,
  projector: TurnProjector,
  bytesMax: number,
): Promise<Projected> {
  const known = new Set<string>()
  let itemCount = stored?.itemCount ?? 0
  let room = bytesMax
  for (const [stretch, { logId, toByte }] of stretches.entries()) {
    if (stretch < from.stretch) continue
    let byteCount = stretch === from.stretch ? from.byteCount : 0
    const range = { logId, fromByte: byteCount, toByte }
    for await (const located of readItems(session, namespace, range)) {
      if (room <= 0) return { itemCount, end: { stretch, byteCount, endsLine: true } }
      if (stored !== null) {
        const ids = namedTurns(located, projector).filter((id) => !known.has(id))
        for (const id of ids) known.add(id)
        const turns = await turnsWithIds(session, namespace, threadId, ids)
        for (const turn of turns) projector.folding.know(turn)
      }
      for (const { item, fromByte, toByte: end } of located) {
        projector.push(item, itemCount, [stretch, fromByte, end])
        itemCount += 1
      }
      const end = located.at(-1)?.toByte ?? byteCount
      room -= end - byteCount
      byteCount = end
    }
  }
  return { itemCount, end: null }
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
