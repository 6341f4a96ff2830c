import type { Clock } from '../../src/host/clock.js'
import type { IdSource } from '../../src/host/ids.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { ThreadStoreError } from '../../src/store/errors.js'
import { type ConflictPolicy, ON_CONFLICT_DEFAULT } from '../copy/copy-context.js'
import { copyPlan } from '../plan/copy-plan.js'
import type { OnMigrationEvent } from './events.js'
import { type MigrationSides, takeInventory } from '../plan/inventory.js'
import { alreadyThere } from './outcome.js'
import {
  type MigrationPlan,
  type PlannedThread,
  orderPlan,
  rolloutOwners,
  withBases,
} from '../plan/plan.js'
import { type PlanDocument, type StaleThread, staleThreads } from '../plan/plan-document.js'
import { type RunReview, reviewRun } from './review-run.js'
import type { RunFacts } from './run-log.js'
import { RunSession } from './run-session.js'
import type { RunTotals } from './run-tally.js'
import { isInShard, type Shard } from '../plan/shard.js'
import { nullIfAborted } from '../null-if-aborted.js'

/**
 * Threads copied at once unless told otherwise: while some are read, others wait for their commit,
 * which the database gives to many at once for little more than to one.
 */
export const JOBS_DEFAULT = 16

export interface MigrateOptions extends MigrationSides {
  readonly clock: Clock
  /** Names the run; a run that is repeated has another id. */
  readonly ids: IdSource
  /** Threads to copy, with those their histories begin in. @defaultValue every thread */
  readonly only?: ReadonlySet<ThreadId>
  /** Threads to copy, and how they have to be found. @defaultValue whatever is found */
  readonly plan?: Pick<PlanDocument, 'threads'>
  /** @defaultValue `JOBS_DEFAULT` */
  readonly jobs?: number
  /** @defaultValue `ON_CONFLICT_DEFAULT` */
  readonly onConflict?: ConflictPolicy
  /** Only threads of this part are copied, and those they begin in. @defaultValue all parts */
  readonly shard?: Shard
  /** Only the inventory is taken. @defaultValue false */
  readonly dryRun?: boolean
  /** A run that goes over its stores again and again. @defaultValue a run of its own */
  readonly session?: RunSession
  /** What the log of the run says of it: who runs it, from where. @defaultValue nothing */
  readonly facts?: RunFacts
  /** Everything that happens, outcomes included, as it happens. */
  readonly onEvent?: OnMigrationEvent
}

/** What a migration came to. The outcome of every thread went to `onEvent`. */
export interface MigrationResult extends RunTotals {
  /** Where the target keeps the log of the run; `null` when there was nothing to do. */
  readonly run: ThreadId | null
  readonly plan: MigrationPlan
  /** Threads of the plan that nothing was done about. */
  readonly left: number
  /** What a second look at both stores found, once the plan was through. */
  readonly review: RunReview
  readonly onlyInTarget: number
  /** Threads asked for that the source does not have. If there are any, nothing was copied. */
  readonly unknown: readonly ThreadId[]
  /** Threads that are not as they were planned. If there are any, nothing was copied. */
  readonly stale: readonly StaleThread[]
  /** Why the run ended before its plan, or `null`. */
  readonly stopped: 'interrupted' | 'time-limit' | ThreadStoreError | null
}

/**
 * Copies threads from one store to another and proves them. What is proven already is not sent
 * again, so running it again resumes it.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationResult> {
  const session = options.session ?? new RunSession(options)
  const { tally } = session
  const isFirst = session.nextPass() === 1
  const isAlone = options.session === undefined
  const doneBefore = tally.done
  const inventory = await nullIfAborted(
    options.signal,
    takeInventory({
      ...options,
      onFound: (threads) => tally.note({ type: 'found', threads }),
      onSame: (stored) => {
        if (isFirst && isAskedFor(options, stored.threadId)) tally.finish(alreadyThere(stored))
      },
    }),
  )
  if (inventory === null) return brokenOff(session)
  const { only } = options
  const stale = options.plan === undefined ? [] : staleThreads(options.plan, inventory.threads)
  const plan = choose(options, inventory.threads)
  tally.note({
    type: 'planned',
    threads: plan.threads.length,
    bytesToRead: plan.bytesToRead,
    bytesToSend: plan.bytesToSend,
  })
  const known = new Set(inventory.threads.map((thread) => thread.threadId))
  const unknown = [...(only ?? [])].filter((threadId) => !known.has(threadId))
  const refused = unknown.length > 0 || stale.length > 0
  const idle = options.dryRun === true || refused || plan.threads.length === 0
  const ran = idle
    ? nothingRan
    : await run({ ...options, session, isAlone }, plan, inventory.threads)
  const left = plan.threads.length - (tally.done - doneBefore)
  const { stopped } = ran
  if (isAlone) await session.end(left, whyStopped(stopped))
  return {
    plan,
    run: session.hasLog ? session.run : null,
    ...tally.result(),
    left,
    review: ran.review,
    onlyInTarget: inventory.onlyInTarget,
    unknown,
    stale,
    stopped,
  }
}

/** The result of a run that was interrupted before it knew what there is to do. */
function brokenOff(session: RunSession): MigrationResult {
  return {
    plan: orderPlan([]),
    run: session.hasLog ? session.run : null,
    ...session.tally.result(),
    left: 0,
    review: nothingRan.review,
    onlyInTarget: 0,
    unknown: [],
    stale: [],
    stopped: 'interrupted',
  }
}

/** Whether a thread is one of those a run is about. */
function isAskedFor({ only, shard }: MigrateOptions, threadId: ThreadId): boolean {
  return (only?.has(threadId) ?? true) && (shard === undefined || isInShard(threadId, shard))
}

/** What is to be copied: what was asked for with what that begins in, unless it is all there. */
function choose(options: MigrateOptions, threads: readonly PlannedThread[]): MigrationPlan {
  const wanted = threads.filter(({ threadId }) => isAskedFor(options, threadId))
  const all = wanted.length === threads.length
  const asked = all ? threads : withBases(threads, new Set(wanted.map((t) => t.threadId)))
  const pinned = options.plan && new Set(options.plan.threads.map(({ threadId }) => threadId))
  const chosen = asked.filter(({ threadId }) => pinned?.has(threadId) ?? true)
  return orderPlan(chosen.filter((thread) => thread.state !== 'same'))
}

/** Why a run ended early, for its log. */
export function whyStopped(stopped: MigrationResult['stopped']): string | null {
  return stopped === null || typeof stopped === 'string' ? stopped : stopped.message
}

const nothingRan = { stopped: null, review: { changed: [], findings: [] } }

/** Copies what is planned, and looks at it once more unless it will be gone over again. */
async function run(
  options: MigrateOptions & { readonly session: RunSession; readonly isAlone: boolean },
  plan: MigrationPlan,
  inSource: readonly PlannedThread[],
): Promise<Pick<MigrationResult, 'stopped' | 'review'>> {
  const { source, target, clock, session, onConflict = ON_CONFLICT_DEFAULT } = options
  const { tally } = session
  const signal = options.signal ?? new AbortController().signal
  const log = await session.log()
  const outage = await copyPlan(plan, {
    source,
    target,
    clock,
    signal,
    onConflict,
    run: session.run,
    jobs: options.jobs ?? JOBS_DEFAULT,
    owners: rolloutOwners(inSource),
    tally,
    log,
    onIntent: async (threadId, before) => log?.intend(threadId, before),
  })
  const hasEnded = outage === null && !signal.aborted
  const review =
    hasEnded && options.isAlone
      ? await nullIfAborted(signal, reviewRun({ source, target, signal }, tally.copied))
      : null
  return {
    stopped: outage ?? (signal.aborted ? 'interrupted' : null),
    review: review ?? nothingRan.review,
  }
}
