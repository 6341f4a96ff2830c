import type { PostgresSession } from '../../../host/postgres.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { readItems } from '../log/read-items.js'
import type { ThreadStretches } from '../log/thread-stretches.js'
import type { Place, ProjectedTurn } from './turn-projector.js'

/** Bytes between two places that are read along rather than asked for anew. */
const GAP_BYTES_MAX = 256 * 1024

interface OwnedPlace {
  readonly place: Place
  readonly items: RolloutItem[]
}

/** The items of turns, by turn: each log is read once, from the first to the last place in it. */
export async function itemsOfTurns(
  session: PostgresSession,
  namespace: string,
  { stretches }: ThreadStretches,
  turns: readonly ProjectedTurn[],
): Promise<ReadonlyMap<ProjectedTurn, readonly RolloutItem[]>> {
  const itemsOf = new Map<ProjectedTurn, RolloutItem[]>(turns.map((turn) => [turn, []]))
  const owned = [...itemsOf].flatMap(([{ contents }, items]) =>
    contents.places.map((place) => ({ place, items })),
  )
  for (const run of runsOf(owned)) {
    const [stretch = 0, fromByte = 0] = run[0]?.place ?? []
    const toByte = run.at(-1)?.place[2] ?? fromByte
    const logId = stretches[stretch]?.logId ?? ''
    let at = 0
    for await (const located of readItems(session, namespace, { logId, fromByte, toByte })) {
      for (const { item, fromByte: start } of located) {
        while (start >= (run[at]?.place[2] ?? Infinity)) at += 1
        const current = run[at]
        if (current !== undefined && start >= current.place[1]) current.items.push(item)
      }
    }
  }
  return itemsOf
}

/** Places in their order, in runs that are worth reading in one go. */
function runsOf(owned: readonly OwnedPlace[]): readonly (readonly OwnedPlace[])[] {
  const sorted = owned.toSorted((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1])
  const runs: OwnedPlace[][] = []
  let end: Place = [-1, 0, 0, 0]
  for (const each of sorted) {
    const [stretch, fromByte] = each.place
    if (stretch !== end[0] || fromByte - end[2] > GAP_BYTES_MAX) runs.push([])
    runs.at(-1)?.push(each)
    end = each.place
  }
  return runs
}
