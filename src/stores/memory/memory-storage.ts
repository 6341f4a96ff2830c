import type { RolloutId, ThreadId } from '../../protocol/thread-id.js'
import type { ThreadRecord } from '../../store/records.js'
import type { MemoryRollout } from './memory-rollout.js'

/** A thread in memory. */
export interface MemoryThread {
  readonly record: ThreadRecord
  /** The rollout that is appended to. */
  readonly rolloutId: RolloutId
}

/** What several handles of the memory store share. Lives as long as somebody holds it. */
export class MemoryStorage {
  readonly threads: Map<ThreadId, MemoryThread> = new Map()
  /** In the order they were begun, so that bases come before what begins from them. */
  readonly rollouts: Map<RolloutId, MemoryRollout> = new Map()
  /** Which handle writes a thread. */
  readonly writers: Map<ThreadId, symbol> = new Map()

  rolloutsOf(threadId: ThreadId): MemoryRollout[] {
    return [...this.rollouts.values()].filter((rollout) => rollout.threadId === threadId)
  }

  /** Forgets who was writing, as when the process that held the handles died. */
  forgetWriters(): void {
    this.writers.clear()
  }
}
