import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import type { StoredThread } from '../../src/store/records.js'
import { type ThreadState, classifyRollout } from './classify.js'

/** A thread on the way to the target: what has to be known of it before it is copied, and no more. */
export interface PlannedThread {
  readonly threadId: ThreadId
  readonly state: ThreadState
  /** Bytes of the thread's rollouts in the source; 0 where the source does not say. */
  readonly byteCount: number
  /** Bytes that have to be read to copy what is new and to prove what is not. */
  readonly bytesToRead: number
  /** Bytes that have to be sent if what the target holds is a prefix. */
  readonly bytesToSend: number
  readonly rollouts: readonly PlannedRollout[]
  readonly rolloutIds: readonly RolloutId[]
  /** Rollouts of other threads that this one begins from. */
  readonly baseIds: readonly RolloutId[]
}

/** A rollout as the two stores list it. */
interface PlannedRollout {
  readonly rolloutId: RolloutId
  readonly byteCount: number
  readonly fingerprint: string | null
  /** Bytes of it that the target holds. */
  readonly storedBytes: number
}

/** The facts of a plan about a thread, from what the two stores list. */
export function plannedThread(
  source: StoredThread,
  target: StoredThread | null,
  state: ThreadState,
): PlannedThread {
  const rollouts = source.rollouts ?? []
  const stored = new Map((target?.rollouts ?? []).map((r) => [r.rolloutId, r]))
  const unproven = rollouts.filter((r) => classifyRollout(r, stored.get(r.rolloutId)) !== 'same')
  const own = new Set(rollouts.map((rollout) => rollout.rolloutId))
  const bases = rollouts.flatMap(({ base }) => (base === null ? [] : [base.rolloutId]))
  return {
    threadId: source.threadId,
    state,
    byteCount: sum(rollouts.map((rollout) => rollout.byteCount)),
    bytesToRead: sum(unproven.map((rollout) => rollout.byteCount)),
    bytesToSend: sum(
      unproven.map((r) => Math.max(0, r.byteCount - (stored.get(r.rolloutId)?.byteCount ?? 0))),
    ),
    rollouts: rollouts.map(({ rolloutId, byteCount, fingerprint }) => ({
      rolloutId,
      byteCount,
      fingerprint,
      storedBytes: stored.get(rolloutId)?.byteCount ?? 0,
    })),
    rolloutIds: [...own],
    baseIds: [...new Set(bases)].filter((id) => !own.has(id)),
  }
}

/** What has to be copied, in order. */
export interface MigrationPlan {
  /** Threads that others begin from come first; among equals the largest does. */
  readonly threads: readonly PlannedThread[]
  readonly byteCount: number
  readonly bytesToRead: number
  readonly bytesToSend: number
}

/** Puts threads in the order in which they can be copied. */
export function orderPlan(threads: readonly PlannedThread[]): MigrationPlan {
  return {
    threads: lineageLevels(threads).flatMap((level) => level.toSorted(largestFirst)),
    byteCount: sum(threads.map((thread) => thread.byteCount)),
    bytesToRead: sum(threads.map((thread) => thread.bytesToRead)),
    bytesToSend: sum(threads.map((thread) => thread.bytesToSend)),
  }
}

function largestFirst(a: PlannedThread, b: PlannedThread): number {
  return b.bytesToSend - a.bytesToSend || b.byteCount - a.byteCount
}

/** Which of the threads holds a rollout. */
export function rolloutOwners(
  threads: readonly PlannedThread[],
): ReadonlyMap<RolloutId, PlannedThread> {
  return new Map(threads.flatMap((thread) => thread.rolloutIds.map((id) => [id, thread] as const)))
}

/** The chosen threads and every thread their histories begin in. */
export function withBases(
  threads: readonly PlannedThread[],
  chosen: ReadonlySet<ThreadId>,
): PlannedThread[] {
  const owners = rolloutOwners(threads)
  const wanted = new Set<PlannedThread>()
  const pending = threads.filter((thread) => chosen.has(thread.threadId))
  for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
    if (wanted.has(thread)) continue
    wanted.add(thread)
    for (const id of thread.baseIds) {
      const owner = owners.get(id)
      if (owner !== undefined) pending.push(owner)
    }
  }
  return threads.filter((thread) => wanted.has(thread))
}

/** The threads that begin empty, then those that begin in them, and so on. Cycles come last. */
function lineageLevels(threads: readonly PlannedThread[]): PlannedThread[][] {
  const owners = rolloutOwners(threads)
  const unmet = new Map<PlannedThread, Set<PlannedThread>>()
  const dependents = new Map<PlannedThread, PlannedThread[]>()
  for (const thread of threads) {
    const bases = thread.baseIds.map((id) => owners.get(id)).filter((base) => base !== undefined)
    unmet.set(thread, new Set(bases))
    for (const base of new Set(bases)) addTo(dependents, base, thread)
  }
  const levels: PlannedThread[][] = []
  let level = threads.filter((thread) => unmet.get(thread)?.size === 0)
  while (level.length > 0) {
    levels.push(level)
    for (const thread of level) unmet.delete(thread)
    level = level.flatMap((thread) =>
      (dependents.get(thread) ?? []).filter((dependent) => {
        const left = unmet.get(dependent)
        left?.delete(thread)
        return left?.size === 0
      }),
    )
  }
  return [...levels, [...unmet.keys()]]
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
