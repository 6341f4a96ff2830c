import type { HistoryPosition } from '../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../protocol/thread-id.js'
import { ThreadStoreError, invalidRequest, missingBase } from './errors.js'
import type { HistoryBase } from './params.js'

/** A stretch of one rollout that a history runs through. */
export interface LineageSegment {
  readonly rolloutId: RolloutId
  /** Where the next segment takes over; `null` for the current rollout, which runs to its end. */
  readonly end: HistoryPosition | null
}

/** The base of a rollout: `null` when it begins empty, `undefined` when the rollout is missing. */
export type BaseLookup = (rolloutId: RolloutId) => HistoryPosition | null | undefined

/** The segments of a history, oldest first. A missing base is an error, never a shorter history. */
export function resolveLineage(
  threadId: ThreadId,
  current: RolloutId,
  baseOf: BaseLookup,
): LineageSegment[] {
  const segments: LineageSegment[] = []
  const seen = new Set<RolloutId>()
  let next: LineageSegment | null = { rolloutId: current, end: null }
  while (next !== null) {
    if (seen.has(next.rolloutId)) throw cyclicLineage(threadId, next.rolloutId)
    seen.add(next.rolloutId)
    const base = baseOf(next.rolloutId)
    if (base === undefined) throw missingBase(threadId, next.rolloutId)
    segments.unshift(next)
    next = base === null ? null : { rolloutId: base.rolloutId, end: base }
  }
  return segments
}

/** The bases of a whole lineage, fetched one after the other, for the functions of this file. */
export async function fetchBases(
  current: RolloutId,
  baseOf: (rolloutId: RolloutId) => Promise<HistoryPosition | null | undefined>,
): Promise<BaseLookup> {
  const bases = new Map<RolloutId, HistoryPosition | null | undefined>()
  for (let id: RolloutId | undefined = current; id !== undefined && !bases.has(id);) {
    const base = await baseOf(id)
    bases.set(id, base)
    id = base?.rolloutId
  }
  return (id) => bases.get(id)
}

/** Refuses rollouts whose bases would lead back to themselves. A missing base is no cycle. */
export function refuseCycle(
  threadId: ThreadId,
  rolloutIds: readonly RolloutId[],
  baseOf: BaseLookup,
): void {
  for (const start of rolloutIds) {
    const seen = new Set<RolloutId>()
    for (let id: RolloutId | undefined = start; id !== undefined; id = baseOf(id)?.rolloutId) {
      if (seen.has(id)) {
        throw invalidRequest(
          'cyclic-base',
          `the bases of thread ${threadId} lead from rollout ${id} back to itself`,
          { threadId },
        )
      }
      seen.add(id)
    }
  }
}

/** What choosing a base needs to know of a rollout. */
export interface BaseCandidate {
  readonly base: HistoryPosition | null
  readonly historyMode: string
  /** The ordinal its next item would get. */
  readonly endOrdinal: number
}

/**
 * The rollout that holds the place `base` means: an ordinal that is not after a rollout's own start
 * is found in its bases. `INVALID_REQUEST {invalid-base}` when there is no such place.
 */
export function locateBase(
  base: HistoryBase,
  find: (rolloutId: RolloutId) => BaseCandidate | undefined,
): RolloutId {
  const seen = new Set<RolloutId>()
  let rolloutId = base.rolloutId
  while (!seen.has(rolloutId)) {
    seen.add(rolloutId)
    const rollout = find(rolloutId)
    if (rollout === undefined) throw invalidBase(`rollout ${rolloutId} is not stored`)
    if (rollout.historyMode !== 'paginated') {
      throw invalidBase(
        `rollout ${rolloutId} has a ${rollout.historyMode} history; copy it instead`,
      )
    }
    if (base.endOrdinalExclusive > rollout.endOrdinal) {
      throw invalidBase(`rollout ${rolloutId} ends before item ${base.endOrdinalExclusive}`)
    }
    if (rollout.base === null || base.endOrdinalExclusive > rollout.base.endOrdinalExclusive) {
      return rolloutId
    }
    rolloutId = rollout.base.rolloutId
  }
  throw invalidBase(`the bases of rollout ${base.rolloutId} are cyclic`)
}

/**
 * The position `base` means, once it is known where in `rolloutId` the item of that ordinal begins
 * (`null`: nowhere). Refuses a byte offset that says otherwise.
 */
export function positionOfBase(
  base: HistoryBase,
  rolloutId: RolloutId,
  byteOffset: number | null,
): HistoryPosition {
  const { endOrdinalExclusive, endByteOffset } = base
  if (byteOffset === null) {
    throw invalidBase(`rollout ${rolloutId} has no boundary before item ${endOrdinalExclusive}`)
  }
  const contradicts = endByteOffset !== undefined && endByteOffset !== byteOffset
  if (contradicts && rolloutId === base.rolloutId) {
    throw invalidBase(
      `item ${endOrdinalExclusive} begins at byte ${byteOffset}, not ${endByteOffset}`,
    )
  }
  return { rolloutId, endOrdinalExclusive, endByteOffset: byteOffset }
}

/** Refuses a position that a history does not run through. */
export function requireInLineage(
  threadId: ThreadId,
  position: HistoryPosition,
  lineage: readonly LineageSegment[],
): void {
  const segment = lineage.find((candidate) => candidate.rolloutId === position.rolloutId)
  const within =
    segment !== undefined &&
    (segment.end === null || position.endOrdinalExclusive <= segment.end.endOrdinalExclusive)
  if (!within) throw invalidBase(`the history of thread ${threadId} does not run through it`)
}

function invalidBase(why: string): ThreadStoreError {
  return invalidRequest('invalid-base', `base is no position to begin from: ${why}`, {
    path: '/base',
  })
}

function cyclicLineage(threadId: ThreadId, rolloutId: RolloutId): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `the history of thread ${threadId} is cyclic: rollout ${rolloutId} leads back to itself`,
    { reason: 'damaged', threadId },
  )
}
