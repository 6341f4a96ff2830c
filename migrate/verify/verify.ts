import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { StoredThread } from '../../src/store/records.js'
import { type RecordDifference, compareRecords } from './compare-records.js'
import { eachAtOnce } from '../copy/each-at-once.js'
import { findThread } from '../plan/find-thread.js'
import type { MigrationSides } from '../plan/inventory.js'
import { matchThreads, type ThreadPair } from '../plan/match-threads.js'
import { type RolloutComparison, compareRollouts } from './compare-rollouts.js'
import { compareItems } from './compare-items.js'
import { JOBS_DEFAULT } from '../runs/run.js'
import { isInShard, type Shard } from '../plan/shard.js'
import { nullIfAborted } from '../null-if-aborted.js'

/**
 * How a thread compares. `equal`: record and bytes are; `behind`: the target holds what the thread
 * was earlier; `busy`: the same, and somebody is writing the thread; `ahead`: the target holds all of
 * it, and went on; `different`; `missing` in the target; `unreadable`, on either side.
 */
export const verdicts = [
  'equal',
  'behind',
  'busy',
  'ahead',
  'different',
  'missing',
  'unreadable',
] as const
export type Verdict = (typeof verdicts)[number]

/** How a thread compares, and in what it differs. */
export interface ThreadVerdict {
  readonly threadId: ThreadId
  readonly verdict: Verdict
  readonly rollouts: readonly RolloutComparison[]
  readonly fields: readonly RecordDifference[]
  /** For people; `null` when the thread is equal. */
  readonly reason: string | null
}

export interface VerifyOptions extends MigrationSides {
  /**
   * Hash the bytes the target gives out, rather than let it hash what it stores.
   * @defaultValue false
   */
  readonly readBack?: boolean
  /** @defaultValue every thread of the source */
  readonly only?: ReadonlySet<ThreadId>
  /** Leaves out the others. @defaultValue every thread */
  readonly shard?: Shard
  /** @defaultValue `JOBS_DEFAULT` */
  readonly jobs?: number
  readonly onFound?: (threads: number) => void
  readonly onRead?: (bytes: number) => void
  readonly onVerdict?: (verdict: ThreadVerdict) => void
}

export interface VerifyResult {
  readonly totals: Readonly<Record<Verdict, number>>
  readonly onlyInTarget: number
  readonly bytesRead: number
  /** Threads asked for that the source does not have. */
  readonly unknown: readonly ThreadId[]
  readonly stopped: 'interrupted' | null
}

/** Compares every thread of the source with the target, by its bytes and by its record. */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const totals = Object.fromEntries(verdicts.map((v) => [v, 0])) as Record<Verdict, number>
  const seen = new Set<ThreadId>()
  const onlyInTarget = new Set<ThreadId>()
  const { signal, only, shard, onFound, onRead, onVerdict } = options
  let bytesRead = 0
  const context = {
    ...options,
    onRead: (bytes: number): void => {
      bytesRead += bytes
      onRead?.(bytes)
    },
  }

  async function judge({ source, target }: ThreadPair): Promise<void> {
    if (source === null) {
      if (target !== null) onlyInTarget.add(target.threadId)
      return
    }
    seen.add(source.threadId)
    onFound?.(seen.size)
    if (only !== undefined && !only.has(source.threadId)) return
    if (shard !== undefined && !isInShard(source.threadId, shard)) return
    const judged = await verdictOn(context, source.threadId)
    if (judged === null) return
    totals[judged.verdict] += 1
    onVerdict?.(judged)
  }

  const abortable = { ...(signal && { signal }) }
  const pairs = matchThreads(options.source, options.target, abortable)
  const jobs = options.jobs ?? JOBS_DEFAULT
  await nullIfAborted(signal, eachAtOnce(pairs, { jobs, ...abortable }, judge))
  const stopped = signal?.aborted ? 'interrupted' : null
  return {
    totals,
    onlyInTarget: [...onlyInTarget].filter((threadId) => !seen.has(threadId)).length,
    bytesRead,
    // Whoever was interrupted has not seen every thread.
    unknown: stopped ? [] : [...(only ?? [])].filter((threadId) => !seen.has(threadId)),
    stopped,
  }
}

type VerifyContext = VerifyOptions & { readonly onRead: (bytes: number) => void }

/** `null` when the run was interrupted meanwhile. */
async function verdictOn(
  context: VerifyContext,
  threadId: ThreadId,
): Promise<ThreadVerdict | null> {
  const { source, target, signal } = context
  const params = { threadId, ...(signal && { signal }) }
  try {
    const inTarget = await findThread(target, params)
    if (inTarget === null)
      return simpleVerdict(threadId, 'missing', 'the target does not have the thread')
    return source.supports.rawHistory && target.supports.rawHistory
      ? await compareBytes(context, inTarget)
      : await compareItems(context, threadId)
  } catch (error) {
    if (signal?.aborted) return null
    const { code, message } = ThreadStoreError.from(error, 'verify')
    if (code === 'RETRYABLE' || code === 'OUTCOME_UNKNOWN') throw error
    return simpleVerdict(threadId, 'unreadable', message)
  }
}

async function compareBytes(
  context: VerifyContext,
  inTarget: StoredThread,
): Promise<ThreadVerdict> {
  const { threadId } = inTarget
  const { exported, rollouts } = await compareRollouts(context, threadId)
  const fields = compareRecords(exported.thread, inTarget)
  const unequal = rollouts.filter(({ state }) => state !== 'equal')
  const reasons = [
    ...unequal.map(({ reason }) => reason),
    ...fields.map(({ field }) => `${field} differs`),
  ]
  return {
    threadId,
    verdict: verdictOf(unequal, fields, exported.live),
    rollouts,
    fields,
    reason: reasons.length === 0 ? null : reasons.join('; '),
  }
}

/** A thread that went on, on either side, may have another record too: no second difference. */
function verdictOf(
  unequal: readonly RolloutComparison[],
  fields: readonly RecordDifference[],
  live: boolean,
): Verdict {
  const states = new Set(unequal.map(({ state }) => state))
  if (states.has('different')) return 'different'
  if (states.size === 0) return fields.length > 0 ? 'different' : 'equal'
  const isAhead = states.has('ahead') || states.has('foreign')
  if (!isAhead) return live ? 'busy' : 'behind'
  return states.has('behind') || states.has('missing') ? 'different' : 'ahead'
}

function simpleVerdict(threadId: ThreadId, verdict: Verdict, reason: string): ThreadVerdict {
  return { threadId, verdict, rollouts: [], fields: [], reason }
}
