import type { Clock } from '../src/host/clock.js'
import type { RolloutId, ThreadId } from '../src/protocol/thread-id.js'
import { ThreadStoreError } from '../src/store/errors.js'
import { type ConflictPolicy, ON_CONFLICT_DEFAULT } from './copy-context.js'
import { copyThread } from './copy-thread.js'
import { copyThreadItems } from './copy-thread-items.js'
import type { OnMigrationEvent } from './events.js'
import type { MigrationFinding } from './findings.js'
import { type MigrationSides, takeInventory } from './inventory.js'
import { alreadyThere, type CopyResult, type MigrationStatus, unsent } from './outcome.js'
import {
  type MigrationPlan,
  type PlannedThread,
  orderPlan,
  rolloutOwners,
  withBases,
} from './plan.js'
import { isOutage, retrying } from './retry.js'
import { RunTally, type RunTotals } from './run-tally.js'

/** Threads copied at once unless told otherwise: enough to keep both ends busy, few connections. */
export const JOBS_DEFAULT = 4

export interface MigrateOptions extends MigrationSides {
  readonly clock: Clock
  /** Threads to copy, with those their histories begin in. @defaultValue every thread */
  readonly only?: ReadonlySet<ThreadId>
  /** @defaultValue `JOBS_DEFAULT` */
  readonly jobs?: number
  /** @defaultValue `ON_CONFLICT_DEFAULT` */
  readonly onConflict?: ConflictPolicy
  /** Only the inventory is taken. @defaultValue false */
  readonly dryRun?: boolean
  /** Everything that happens, outcomes included, as it happens. */
  readonly onEvent?: OnMigrationEvent
}

/** What a migration came to. The outcome of every thread went to `onEvent`. */
export interface MigrationResult extends RunTotals {
  readonly plan: MigrationPlan
  /** Threads of the plan that nothing was done about. */
  readonly left: number
  readonly onlyInTarget: number
  /** Threads asked for that the source does not have. If there are any, nothing was copied. */
  readonly unknown: readonly ThreadId[]
  /** Why the run ended before its plan, or `null`. */
  readonly stopped: 'interrupted' | ThreadStoreError | null
}

/**
 * Copies threads from one store to another and proves them. What is proven already is not sent
 * again, so running it again resumes it.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationResult> {
  const tally = new RunTally(options.onEvent)
  const inventory = await takeInventory({
    ...options,
    onFound: (threads) => tally.note({ type: 'found', threads }),
    onSame: (stored) => {
      if (options.only?.has(stored.threadId) ?? true) tally.finish(alreadyThere(stored))
    },
  })
  const { only } = options
  const chosen = only === undefined ? inventory.threads : withBases(inventory.threads, only)
  const plan = orderPlan(chosen.filter((thread) => thread.state !== 'same'))
  tally.note({
    type: 'planned',
    threads: plan.threads.length,
    bytesToRead: plan.bytesToRead,
    bytesToSend: plan.bytesToSend,
  })
  const known = new Set(inventory.threads.map((thread) => thread.threadId))
  const unknown = [...(only ?? [])].filter((threadId) => !known.has(threadId))
  const idle = options.dryRun === true || unknown.length > 0
  const stopped = idle ? null : await copyAll(options, plan, inventory.threads, tally)
  return {
    plan,
    ...tally.result(),
    left: plan.threads.length - tally.copied,
    onlyInTarget: inventory.onlyInTarget,
    unknown,
    stopped,
  }
}

/** Copies the threads of a plan, several at once, in its order. */
async function copyAll(
  options: MigrateOptions,
  plan: MigrationPlan,
  inSource: readonly PlannedThread[],
  tally: RunTally,
): Promise<MigrationResult['stopped']> {
  const { signal } = options
  const stop = new AbortController()
  const either = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal])
  const owners = rolloutOwners(inSource)
  const needed = new Set(plan.threads.flatMap(({ baseIds }) => baseIds))
  const begun = new Map<RolloutId, Promise<MigrationStatus | null>>()
  const queue = plan.threads.values()
  let outage: ThreadStoreError | null = null

  /** `null` for a thread that the end of the run overtook. */
  async function copyOne(planned: PlannedThread): Promise<CopyResult | null> {
    // Only what was begun before is waited for, so that a cycle of bases cannot wait for itself.
    const bases = planned.baseIds.map((id) => [id, begun.get(id)] as const)
    for (const [id, base] of bases) {
      const status = await base
      if (status === 'failed' || status === 'conflict') return lostBase(planned, id)
    }
    try {
      return await copyOrExplain({ ...options, signal: either }, planned, owners, tally)
    } catch (error) {
      if (!either.aborted && isOutage(error)) outage = ThreadStoreError.from(error, 'migrate')
      if (isOutage(error)) stop.abort(error)
      if (either.aborted) return null
      throw error
    }
  }

  async function work(): Promise<void> {
    for (const planned of queue) {
      if (either.aborted) return
      const result = copyOne(planned)
      const status = result.then((copied) => copied?.outcome.status ?? null)
      for (const id of planned.rolloutIds) if (needed.has(id)) begun.set(id, status)
      const done = await result
      if (done !== null) tally.finish(done, true)
    }
  }

  await Promise.all(Array.from({ length: options.jobs ?? JOBS_DEFAULT }, work))
  return outage ?? (signal?.aborted ? 'interrupted' : null)
}

/** Copies a thread, again while that may help. What is wrong with the thread itself is its outcome. */
async function copyOrExplain(
  options: MigrateOptions & { readonly signal: AbortSignal },
  planned: PlannedThread,
  owners: ReadonlyMap<string, PlannedThread>,
  tally: RunTally,
): Promise<CopyResult> {
  const { source, target, signal, clock, onConflict = ON_CONFLICT_DEFAULT } = options
  const { threadId } = planned
  tally.note({ type: 'started', threadId, bytes: planned.bytesToSend })
  let bytesRead = 0
  const onRead = (bytes: number): void => {
    bytesRead += bytes
    tally.note({ type: 'read', threadId, bytes })
  }
  const raw = source.supports.rawHistory && target.supports.rawHistory
  const copy = raw ? copyThread : copyThreadItems
  const context = { source, target, signal, clock, onConflict, onRead }
  try {
    const { outcome, held } = await retrying(
      (attempt) => copy(context, threadId, planned.state === 'new' && attempt === 1),
      {
        clock,
        signal,
        onRetry: (attempt, pauseMs, { message }) =>
          tally.note({ type: 'retrying', threadId, attempt, pauseMs, reason: message }),
      },
    )
    const findings = [...missingBases(planned, owners), ...outcome.findings]
    return { outcome: { ...outcome, bytesRead, findings }, held }
  } catch (error) {
    if (signal.aborted || isOutage(error)) throw error
    return failed(planned, bytesRead, ThreadStoreError.from(error, 'migrate'))
  }
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

function lostBase({ threadId }: PlannedThread, base: RolloutId): CopyResult {
  const reason = `its history begins in rollout ${base}, which could not be copied`
  return { outcome: unsent(threadId, 'failed', reason), held: null }
}

function missingBases(
  { threadId, baseIds }: PlannedThread,
  owners: ReadonlyMap<string, PlannedThread>,
): MigrationFinding[] {
  return baseIds
    .filter((id) => !owners.has(id))
    .map((id) => ({
      code: 'BASE_NOT_IN_SOURCE',
      threadId,
      message: `the history begins in rollout ${id}, which is not in the source`,
    }))
}
