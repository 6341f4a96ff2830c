import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import type { StoredThread } from '../../src/store/records.js'
import type { MigrationFinding } from './findings.js'

/**
 * How a thread's migration ended. `proven`: it is in the target and its digest, recomputed there,
 * equals that of the bytes read. `already`: nothing had to be sent. `appended`: an earlier copy was
 * brought up to date, and proven. `busy`: somebody is writing it; what could be copied is proven.
 * `conflict`: the target holds something else under its id, which was left alone. `failed`: it could
 * not be read, sent or proven.
 */
export const migrationStatuses = [
  'proven',
  'already',
  'appended',
  'busy',
  'conflict',
  'failed',
] as const
export type MigrationStatus = (typeof migrationStatuses)[number]

/** What the target holds of a rollout, and how much of it was sent now. */
export interface RolloutProof {
  readonly rolloutId: RolloutId
  readonly byteCount: number
  /** `null` where the target keeps no count. */
  readonly itemCount: number | null
  /** SHA-256 of the rollout's bytes in the target, lower-case hex; `null` where it keeps none. */
  readonly sha256: string | null
  readonly bytesSent: number
  /** Bytes that a run which was broken off had sent, and that were not sent again. */
  readonly bytesResumed: number
}

/** How the migration of one thread ended. */
export interface ThreadOutcome {
  readonly threadId: ThreadId
  readonly status: MigrationStatus
  readonly bytesSent: number
  readonly bytesResumed: number
  readonly bytesRead: number
  readonly rollouts: readonly RolloutProof[]
  readonly findings: readonly MigrationFinding[]
  /** Why it is not proven, for people; `null` when it is. */
  readonly reason: string | null
}

/** The outcome of a thread of which nothing was sent. */
export function unsent(
  threadId: ThreadId,
  status: MigrationStatus,
  reason: string | null,
): ThreadOutcome {
  return {
    threadId,
    status,
    bytesSent: 0,
    bytesResumed: 0,
    bytesRead: 0,
    rollouts: [],
    findings: [],
    reason,
  }
}

/** What copying a thread came to. */
export interface CopyResult {
  readonly outcome: ThreadOutcome
  /** The record as the target was given it, or has it; `null` where it does not have the thread. */
  readonly held: StoredThread | null
}

/** The outcome of a thread that needed nothing, from what the target recorded when it was copied. */
export function alreadyThere(held: StoredThread): CopyResult {
  const rollouts = (held.rollouts ?? []).map(({ rolloutId, byteCount, itemCount, sha256 }) => ({
    rolloutId,
    byteCount,
    itemCount,
    sha256,
    bytesSent: 0,
    bytesResumed: 0,
  }))
  return { outcome: { ...unsent(held.threadId, 'already', null), rollouts }, held }
}
