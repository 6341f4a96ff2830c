import type { Clock } from '../host/clock.js'
import type { ThreadId } from '../protocol/thread-id.js'
import type { CodexThread } from './codex-thread.js'

/** How the shutdown of several threads went; each list is sorted. */
export interface ThreadShutdownReport {
  readonly completed: readonly ThreadId[]
  /** The store refused; these threads can be shut down again. */
  readonly failed: readonly ThreadId[]
  /** Still shutting down when the time was over. */
  readonly timedOut: readonly ThreadId[]
}

type Outcome = keyof ThreadShutdownReport

/** Shuts threads down, all at once and none for longer than `timeoutMs`. */
export async function shutdownBounded(
  threads: readonly CodexThread[],
  timeoutMs: number,
  clock: Clock,
): Promise<ThreadShutdownReport> {
  const outcomes = await Promise.all(
    threads.map(async (thread) => ({
      threadId: thread.threadId,
      outcome: await outcomeOf(thread, timeoutMs, clock),
    })),
  )
  const idsOf = (wanted: Outcome): ThreadId[] =>
    outcomes
      .filter(({ outcome }) => outcome === wanted)
      .map(({ threadId }) => threadId)
      .toSorted()
  return { completed: idsOf('completed'), failed: idsOf('failed'), timedOut: idsOf('timedOut') }
}

async function outcomeOf(thread: CodexThread, timeoutMs: number, clock: Clock): Promise<Outcome> {
  const timer = new AbortController()
  const shutdown = thread.shutdown().then(
    (): Outcome => 'completed',
    (): Outcome => 'failed',
  )
  const timeout = clock.sleep(timeoutMs, timer.signal).then(
    (): Outcome => 'timedOut',
    (): Outcome => 'completed',
  )
  try {
    return await Promise.race([shutdown, timeout])
  } finally {
    timer.abort()
  }
}
