import type { Clock } from '../../src/host/clock.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { Abortable } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { OnRead } from './open-rollout.js'

/**
 * What happens to a thread that went different ways in the source and in the target. `fail`: it is
 * left alone and is a failure of the run; `skip`: it is left alone; `newer`: the one with the later
 * `updatedAt` stays, the other is kept beside it; `keep-both`: the target's stays, the source's is
 * put beside it.
 */
export const conflictPolicies = ['fail', 'skip', 'newer', 'keep-both'] as const
export type ConflictPolicy = (typeof conflictPolicies)[number]

/** A person has to look at a conflict unless they said otherwise. */
export const ON_CONFLICT_DEFAULT: ConflictPolicy = 'fail'

/** What copying a thread works with. */
export interface CopyContext extends Abortable {
  readonly source: ThreadStore
  readonly target: ThreadStore
  readonly clock: Clock
  readonly onConflict: ConflictPolicy
  /** The run, by which stored threads are marked. */
  readonly run: string
  /** Is told what the target holds of a thread before that is changed, and waited for. */
  readonly onIntent: (threadId: ThreadId, before: StoredThread | null) => Promise<void>
  /** Is told of bytes as they are read from the source. */
  readonly onRead: OnRead
}
