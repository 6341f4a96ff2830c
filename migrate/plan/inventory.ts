import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { Abortable } from '../../src/store/params.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { classifyThread } from './classify.js'
import { findThread } from './find-thread.js'
import { matchThreads } from './match-threads.js'
import { type PlannedThread, plannedThread } from './plan.js'

/** Both sides of a migration. */
export interface MigrationSides extends Abortable {
  readonly source: ThreadStore
  readonly target: ThreadStore
}

/** What two stores hold of each other's threads. */
export interface Inventory {
  readonly threads: readonly PlannedThread[]
  /** Threads that the target has and the source has not. */
  readonly onlyInTarget: number
}

export interface InventoryOptions extends MigrationSides {
  /** Is told how many threads of the source were found so far. */
  readonly onFound?: (count: number) => void
  /** Is told of each thread that needs nothing, as the target has it. */
  readonly onSame?: (stored: StoredThread) => void
}

/** Goes through both stores and says of every thread of the source how it stands in the target. */
export async function takeInventory(options: InventoryOptions): Promise<Inventory> {
  const { source, target, signal, onFound, onSame } = options
  const threads = new Map<ThreadId, PlannedThread>()
  const onlyInTarget = new Set<ThreadId>()
  const note = (inSource: StoredThread, inTarget: StoredThread | null): void => {
    const state = classifyThread(inSource, inTarget)
    threads.set(inSource.threadId, plannedThread(inSource, inTarget, state))
    if (state === 'same' && inTarget !== null) onSame?.(inTarget)
  }
  for await (const pair of matchThreads(source, target, { ...(signal && { signal }) })) {
    if (pair.source !== null) note(pair.source, pair.target)
    else if (pair.target !== null) onlyInTarget.add(pair.target.threadId)
    onFound?.(threads.size)
  }
  // A thread whose createdAt differs came in two halves.
  for (const threadId of [...onlyInTarget].filter((id) => threads.has(id))) {
    const params = { threadId, ...(signal && { signal }) }
    const inSource = await findThread(source, params)
    if (inSource !== null) note(inSource, await findThread(target, params))
    onlyInTarget.delete(threadId)
  }
  return { threads: [...threads.values()], onlyInTarget: onlyInTarget.size }
}
