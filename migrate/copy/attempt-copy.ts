import type { RolloutId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { CopyContext } from './copy-context.js'
import { copyThread } from './copy-thread.js'
import { copyThreadItems } from './copy-thread-items.js'
import type { MigrationFinding } from '../runs/findings.js'
import { type CopyResult, unsent } from '../runs/outcome.js'
import type { PlannedThread } from '../plan/plan.js'
import { isFull, isOutage, retrying } from './retry.js'
import type { RunTally } from '../runs/run-tally.js'

/** What the threads of a run have in common. */
export interface CopyJob extends Omit<CopyContext, 'onRead'> {
  readonly signal: AbortSignal
  /** Which thread of the source holds a rollout. */
  readonly owners: ReadonlyMap<RolloutId, PlannedThread>
  readonly tally: RunTally
}

/**
 * Copies a thread, again while that may help. What is wrong with the thread is its outcome; what is
 * wrong with a store is thrown.
 */
export async function attemptCopy(job: CopyJob, planned: PlannedThread): Promise<CopyResult> {
  const { source, target, signal, clock, tally, owners } = job
  const { threadId } = planned
  tally.note({ type: 'started', threadId, bytes: planned.bytesToSend })
  let bytesRead = 0
  let bytesReadBefore = 0
  const onRead = (bytes: number): void => {
    bytesRead += bytes
    tally.note({ type: 'read', threadId, bytes })
  }
  const raw = source.supports.rawHistory && target.supports.rawHistory
  const copy = raw ? copyThread : copyThreadItems
  try {
    const { outcome, held } = await retrying(
      (attempt) => copy({ ...job, onRead }, threadId, planned.state === 'new' && attempt === 1),
      {
        clock,
        signal,
        onRetry: (attempt, pauseMs, { message }) => {
          const bytes = bytesRead - bytesReadBefore
          bytesReadBefore = bytesRead
          tally.note({ type: 'retrying', threadId, attempt, pauseMs, reason: message, bytes })
        },
      },
    )
    const findings = [...missingBases(planned, owners), ...outcome.findings]
    return { outcome: { ...outcome, bytesRead, findings }, held }
  } catch (error) {
    if (signal.aborted || isOutage(error) || isFull(error)) throw error
    return failed(planned, bytesRead, ThreadStoreError.from(error, 'migrate'))
  }
}

/** The result of a thread that the target has no room for. */
export function noRoom(planned: PlannedThread, error: ThreadStoreError): CopyResult {
  return failed(planned, 0, error)
}

function failed(
  { threadId }: PlannedThread,
  bytesRead: number,
  error: ThreadStoreError,
): CopyResult {
  const busy = error.details.reason === 'already-live'
  const status = busy ? 'busy' : error.code === 'CONFLICT' ? 'conflict' : 'failed'
  return { outcome: { ...unsent(threadId, status, error.message), bytesRead }, held: null }
}

/** The result of a thread whose base did not arrive. */
export function lostBase({ threadId }: PlannedThread, base: RolloutId): CopyResult {
  const reason = `its history begins in rollout ${base}, which could not be copied`
  return { outcome: unsent(threadId, 'failed', reason), held: null }
}

function missingBases(
  { threadId, baseIds }: PlannedThread,
  owners: ReadonlyMap<RolloutId, PlannedThread>,
): MigrationFinding[] {
  return baseIds
    .filter((id) => !owners.has(id))
    .map((id) => ({
      code: 'BASE_NOT_IN_SOURCE',
      threadId,
      message: `the history begins in rollout ${id}, which is not in the source`,
    }))
}
