import type { Clock } from '../src/host/clock.js'
import type { IdSource } from '../src/host/ids.js'
import type { ThreadId } from '../src/protocol/thread-id.js'
import type { ThreadStoreError } from '../src/store/errors.js'
import { type ConflictPolicy, ON_CONFLICT_DEFAULT } from './copy-context.js'
import { copyPlan } from './copy-plan.js'
import type { OnMigrationEvent } from './events.js'
import { type MigrationSides, takeInventory } from './inventory.js'
import { alreadyThere } from './outcome.js'
import {
  type MigrationPlan,
  type PlannedThread,
  orderPlan,
  rolloutOwners,
  withBases,
} from './plan.js'
import { type PlanDocument, type StaleThread, staleThreads } from './plan-document.js'
import { type RunReview, reviewRun } from './review-run.js'
import { RunLog, type RunFacts } from './run-log.js'
import { RunTally, type RunTotals } from './run-tally.js'

/**
 * Threads copied at once unless told otherwise: while some are read, others wait for their commit,
 * which the database gives to many at once for little more than to one.
 */
export const JOBS_DEFAULT = 32

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
  /** Only the inventory is taken. @defaultValue false */
  readonly dryRun?: boolean
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
  const pinned = options.plan && new Set(options.plan.threads.map(({ threadId }) => threadId))
  const stale = options.plan === undefined ? [] : staleThreads(options.plan, inventory.threads)
  const asked = only === undefined ? inventory.threads : withBases(inventory.threads, only)
  const chosen = asked.filter(({ threadId }) => pinned?.has(threadId) ?? true)
  const plan = orderPlan(chosen.filter((thread) => thread.state !== 'same'))
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
  const ran = idle ? nothingRan : await run(options, plan, inventory.threads, tally)
  return {
    plan,
    run: ran.run,
    ...tally.result(),
    left: plan.threads.length - tally.done,
    review: ran.review,
    onlyInTarget: inventory.onlyInTarget,
    unknown,
    stale,
    stopped: ran.stopped,
  }
}

const nothingRan = { run: null, stopped: null, review: { changed: [], findings: [] } }

/** Copies what is planned, and keeps a log of it where the target is no home of Codex. */
async function run(
  options: MigrateOptions,
  plan: MigrationPlan,
  inSource: readonly PlannedThread[],
  tally: RunTally,
): Promise<Pick<MigrationResult, 'run' | 'stopped' | 'review'>> {
  const { source, target, clock, ids, facts = {}, onConflict = ON_CONFLICT_DEFAULT } = options
  const signal = options.signal ?? new AbortController().signal
  const id = ids.newThreadId()
  const log = target.supports.paths ? null : await RunLog.begin({ target, clock, run: id, facts })
  const outage = await copyPlan(plan, {
    source,
    target,
    clock,
    signal,
    onConflict,
    run: id,
    jobs: options.jobs ?? JOBS_DEFAULT,
    owners: rolloutOwners(inSource),
    tally,
    log,
    onIntent: async (threadId, before) => log?.intend(threadId, before),
  })
  const stopped = outage ?? (signal.aborted ? 'interrupted' : null)
  const left = plan.threads.length - tally.done
  const review =
    stopped === null ? await reviewRun({ source, target, signal }, tally.copied) : nothingRan.review
  const why = stopped === null || stopped === 'interrupted' ? stopped : stopped.message
  // A target that went away cannot be told so; its log then ends without a word.
  await log?.end(tally.result(), left, why).catch(() => {})
  return { run: log?.run ?? null, stopped, review }
}
