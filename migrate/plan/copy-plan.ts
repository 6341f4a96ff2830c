import type { RolloutId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import { attemptCopy, type CopyJob, lostBase, noRoom } from '../copy/attempt-copy.js'
import { ByteBudget } from '../copy/byte-budget.js'
import { eachAtOnce } from '../copy/each-at-once.js'
import type { CopyResult, MigrationStatus } from '../runs/outcome.js'
import type { MigrationPlan, PlannedThread } from './plan.js'
import { isFull, isOutage } from '../copy/retry.js'
import type { RunLog } from '../runs/run-log.js'

/**
 * Bytes of all threads that are under way at once. A thread with more goes alone: it is streamed, so
 * that no more than this of it is in memory.
 */
const BYTES_AT_ONCE = 4 * 1024 * 1024

/** What copying a plan needs beside its threads. */
interface PlanJob extends CopyJob {
  readonly jobs: number
  readonly log: RunLog | null
}

/** Threads in a row that the target has no room for before it counts as full: one may be too large. */
const REFUSED_MAX = 3

/**
 * Copies the threads of a plan, several at once, in its order. What makes all of them fail ends it
 * and is returned.
 */
export async function copyPlan(
  { threads }: MigrationPlan,
  job: PlanJob,
): Promise<ThreadStoreError | null> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, job.signal])
  const needed = new Set(threads.flatMap(({ baseIds }) => baseIds))
  const begun = new Map<RolloutId, Promise<MigrationStatus | null>>()
  const budget = new ByteBudget(BYTES_AT_ONCE)
  let outage: ThreadStoreError | null = null
  let refused = 0

  /** `null` for a thread that the end of the run overtook. */
  async function copyOne(planned: PlannedThread): Promise<CopyResult | null> {
    // Only what was begun before is waited for, so that a cycle of bases cannot wait for itself.
    const bases = planned.baseIds.map((id) => [id, begun.get(id)] as const)
    for (const [id, base] of bases) {
      const status = await base
      if (status === 'failed' || status === 'conflict') return lostBase(planned, id)
    }
    try {
      const copied = await attemptCopy({ ...job, signal }, planned)
      refused = 0
      return copied
    } catch (error) {
      if (!signal.aborted && isFull(error)) {
        refused += 1
        if (refused < REFUSED_MAX) return noRoom(planned, error)
      } else if (!signal.aborted && !isOutage(error)) throw error
      endWith(error)
      return null
    }
  }

  function endWith(error: unknown): void {
    if (!signal.aborted) outage = ThreadStoreError.from(error, 'migrate')
    stop.abort(error)
  }

  async function work(planned: PlannedThread): Promise<void> {
    const release = await budget.take(planned.bytesToSend)
    if (signal.aborted) return release()
    const result = copyOne(planned).finally(release)
    const status = result.then(
      (copied) => copied?.outcome.status ?? null,
      () => null,
    )
    for (const id of planned.rolloutIds) if (needed.has(id)) begun.set(id, status)
    const done = await result
    if (done === null) return
    job.tally.finish(done, true)
    await job.log?.note(done.outcome, job.tally.result()).catch(endWith)
  }

  await eachAtOnce(threads.values(), { jobs: job.jobs, signal }, async (planned) => {
    try {
      await work(planned)
    } catch (error) {
      // Nobody can be told any more, so nothing may go on.
      stop.abort(error)
      throw error
    }
  })
  return outage
}
