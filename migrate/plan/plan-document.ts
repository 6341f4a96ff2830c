import { createHash } from 'node:crypto'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { canonicalJson } from '../../src/store/thread-filter.js'
import type { InspectedThread } from './inspect-thread.js'
import type { PlannedThread } from './plan.js'

export const PLAN_SCHEMA = 'threadstore/migration-plan/1'

/** A plan to be looked at, approved and then carried out as it is. */
export interface PlanDocument {
  readonly schema: typeof PLAN_SCHEMA
  /** Version of the package that wrote it. */
  readonly version: string
  readonly source: string
  readonly target: string
  readonly createdAt: string
  /** Threads that need something, in the order in which they are copied. */
  readonly threads: readonly Omit<InspectedThread, 'findings'>[]
  readonly bytesToSend: number
  /** SHA-256 of everything else. */
  readonly digest: string
}

/** Completes a plan with its digest. */
export function sealPlan(plan: Omit<PlanDocument, 'schema' | 'digest'>): PlanDocument {
  const open = { schema: PLAN_SCHEMA, ...plan } as const
  return { ...open, digest: digestOf(open) }
}

/** Whether nobody changed the plan since it was written. */
export function isIntact({ digest, ...open }: PlanDocument): boolean {
  return digest === digestOf(open)
}

function digestOf(open: Omit<PlanDocument, 'digest'>): string {
  return createHash('sha256').update(canonicalJson(open)).digest('hex')
}

/** How a thread stands now, as far as listings tell, beside how it stood in the plan. */
export interface StaleThread {
  readonly threadId: ThreadId
  readonly reason: string
}

/**
 * The threads of a plan that are no longer as they were, on either side. Threads that have come
 * since are no matter: they are not in the plan.
 */
export function staleThreads(
  plan: Pick<PlanDocument, 'threads'>,
  now: readonly PlannedThread[],
): StaleThread[] {
  const found = new Map(now.map((thread) => [thread.threadId, thread]))
  return plan.threads.flatMap(({ threadId, busy, rollouts }) => {
    const thread = found.get(threadId)
    if (thread === undefined) return [{ threadId, reason: 'it is no longer in the source' }]
    const planned = rollouts.map((r) => rolloutKey(r.rolloutId, r.fingerprint, r.byteCount))
    const current = thread.rollouts.map((r) => rolloutKey(r.rolloutId, r.fingerprint, r.byteCount))
    // Whoever writes a thread while it is planned goes on afterwards.
    if (!busy && canonicalJson(planned.toSorted()) !== canonicalJson(current.toSorted())) {
      return [{ threadId, reason: 'it changed in the source' }]
    }
    const before = rollouts.map((r) => `${r.rolloutId} ${r.storedBytes}`)
    const after = thread.rollouts.map((r) => `${r.rolloutId} ${r.storedBytes}`)
    const same = canonicalJson(before.toSorted()) === canonicalJson(after.toSorted())
    return same ? [] : [{ threadId, reason: 'it changed in the target' }]
  })
}

function rolloutKey(rolloutId: string, fingerprint: string | null, byteCount: number): string {
  return `${rolloutId} ${fingerprint ?? ''} ${byteCount}`
}
