import type { PostgresSession } from '../../../host/postgres.js'
import type { ProjectedTurns } from './projected-turns.js'
import type { ProjectedTurn } from './turn-projector.js'
import { turnsBetween, turnsWithIds } from '../rows/turn-row.js'

/** The turns at some positions, oldest first. */
export async function turnsAt(
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

/** The turns with an id, oldest first. */
export async function turnsNamed(
  session: PostgresSession,
  namespace: string,
  { threadId, storedCount, changed }: ProjectedTurns,
  id: string,
): Promise<ProjectedTurn[]> {
  const stored = await turnsWithIds(session, namespace, threadId, [id])
  const newer = changed.filter((turn) => turn.id === id)
  const isNewer = new Set(newer.map(({ index }) => index))
  const older = stored.filter(({ index }) => index < storedCount && !isNewer.has(index))
  return [...older, ...newer].toSorted((a, b) => a.index - b.index)
}
