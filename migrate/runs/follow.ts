import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { MigrationStatus } from './outcome.js'
import { type MigrateOptions, type MigrationResult, migrate, whyStopped } from './run.js'
import { RunSession } from './run-session.js'

/** Time in which nothing may have moved before a cutover counts as safe. */
export const QUIET_MS_DEFAULT = 10_000

const PAUSE_MIN_MS = 1_000
/** A home that takes long to look through is looked through less often. */
const PAUSE_PER_LOOK = 4

export interface FollowOptions extends Omit<MigrateOptions, 'session' | 'dryRun'> {
  /** @defaultValue `QUIET_MS_DEFAULT` */
  readonly quietMs?: number
  /** Is told how things stand after each time the source was looked through. */
  readonly onStand?: (stand: Stand) => void
}

/** How a target that follows a source stands. */
export interface Stand {
  /** Threads that had something new the last time, and its bytes; all of it is in the target now. */
  readonly threadsMoved: number
  readonly bytesMoved: number
  /** Threads that somebody has open, of those that moved since this began. */
  readonly busy: readonly ThreadId[]
  /** Threads that are not in the target as they are in the source, and will not be by waiting. */
  readonly open: readonly ThreadId[]
  /** Time since something moved or was open. */
  readonly quietMs: number
  /** Whether everything is in the target and stays there if nobody begins to write. */
  readonly cutoverIsSafe: boolean
}

/** What following came to. Totals are of the last outcome of each thread. */
export interface FollowResult extends MigrationResult {
  readonly stand: Stand
}

/** Copies, and goes on copying whatever is appended, until `signal` says that it is enough. */
export async function follow(options: FollowOptions): Promise<FollowResult> {
  const { clock, source } = options
  const signal = options.signal ?? new AbortController().signal
  const statuses = new Map<ThreadId, MigrationStatus>()
  const session = new RunSession({
    ...options,
    onEvent: (event) => {
      if (event.type === 'finished') statuses.set(event.outcome.threadId, event.outcome.status)
      options.onEvent?.(event)
    },
  })
  let quietSince: number | null = null
  let last: { readonly result: MigrationResult; readonly stand: Stand } | null = null
  for (;;) {
    const startedAt = clock.now()
    // What somebody wrote before they let go of a thread is found by the look that comes now.
    await noteClosed(source, statuses)
    const before = bytesMovedBy(session)
    const moved = session.tally.done
    const result = await migrate({ ...options, session })
    // Told to stop before the look found anything, it ends as it stood before.
    if (last !== null && isOvertaken(result)) return await end(session, last, statuses)
    const busy = withStatus(statuses, 'busy')
    const open = [...withStatus(statuses, 'failed'), ...withStatus(statuses, 'conflict')]
    const bytesMoved = bytesMovedBy(session) - before
    const isQuiet = busy.length + open.length + result.left === 0 && bytesMoved === 0
    quietSince = isQuiet ? (quietSince ?? clock.now()) : null
    const quietMs = quietSince === null ? 0 : clock.now() - quietSince
    const stand = {
      threadsMoved: bytesMoved === 0 ? 0 : session.tally.done - moved,
      bytesMoved,
      busy,
      open,
      quietMs,
      cutoverIsSafe: isQuiet && quietMs >= (options.quietMs ?? QUIET_MS_DEFAULT),
    }
    options.onStand?.(stand)
    last = { result, stand }
    const pauseMs = Math.max(PAUSE_MIN_MS, PAUSE_PER_LOOK * (clock.now() - startedAt))
    const refused = result.unknown.length + result.stale.length > 0
    const isOver = refused || result.stopped !== null || signal.aborted
    if (!isOver) await clock.sleep(pauseMs, signal).catch(() => {})
    if (isOver || signal.aborted) return await end(session, last, statuses)
  }
}

/** Bytes that have come into the target, and those that were found there. */
function bytesMovedBy({ tally }: RunSession): number {
  const { bytesSent, bytesResumed } = tally.result()
  return bytesSent + bytesResumed
}

/** Whether a look was interrupted before it knew what there is to do. */
function isOvertaken({ stopped, plan }: MigrationResult): boolean {
  return stopped === 'interrupted' && plan.threads.length === 0
}

async function end(
  session: RunSession,
  { result, stand }: { readonly result: MigrationResult; readonly stand: Stand },
  statuses: ReadonlyMap<ThreadId, MigrationStatus>,
): Promise<FollowResult> {
  await session.end(result.left, whyStopped(result.stopped))
  return { ...result, totals: totalsOf(statuses, result.totals), stand }
}

/** A thread that somebody had open, and nobody has open any more, is as it was copied. */
async function noteClosed(
  source: MigrateOptions['source'],
  statuses: Map<ThreadId, MigrationStatus>,
): Promise<void> {
  if (!source.supports.rawHistory) return
  for (const threadId of withStatus(statuses, 'busy')) {
    try {
      if (!(await source.exportThread({ threadId })).live) statuses.set(threadId, 'appended')
    } catch (error) {
      // The next look at the source says what became of it.
      if (!ThreadStoreError.is(error)) throw error
    }
  }
}

function withStatus(
  statuses: ReadonlyMap<ThreadId, MigrationStatus>,
  wanted: MigrationStatus,
): ThreadId[] {
  return [...statuses].filter(([, status]) => status === wanted).map(([threadId]) => threadId)
}

function totalsOf(
  statuses: ReadonlyMap<ThreadId, MigrationStatus>,
  all: MigrationResult['totals'],
): MigrationResult['totals'] {
  const totals = Object.fromEntries(Object.keys(all).map((status) => [status, 0]))
  for (const status of statuses.values()) totals[status] = (totals[status] ?? 0) + 1
  return totals as MigrationResult['totals']
}
