import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { Abortable, ThreadParams } from '../../src/store/params.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { eachAtOnce } from '../copy/each-at-once.js'
import { exportedRollout } from '../copy/exported-rollout.js'
import { findThread } from '../plan/find-thread.js'
import { type HeldRollout, heldRollouts, readBackRollouts } from '../copy/held-rollouts.js'
import { type OnRead, prefixSha256 } from '../copy/open-rollout.js'
import type { Receipt, ReceiptRollout, ReceiptThread } from './receipt.js'
import { recordDigest } from './record-digest.js'
import { JOBS_DEFAULT } from '../runs/run.js'
import { isInShard, type Shard } from '../plan/shard.js'

/**
 * What became of a thread that a receipt speaks of. `held`: its bytes are there; `grown`: they are,
 * and more follow; `different`; `missing`; `unreadable`.
 */
export const receiptVerdicts = ['held', 'grown', 'different', 'missing', 'unreadable'] as const
export type ReceiptVerdict = (typeof receiptVerdicts)[number]

/** What became of a thread, and of its record. */
export interface ReceiptThreadVerdict {
  readonly threadId: ThreadId
  readonly verdict: ReceiptVerdict
  /** Whether the record is what it was; threads may well be renamed after they were moved. */
  readonly recordHeld: boolean
  /** For people; `null` when everything is as it was. */
  readonly reason: string | null
}

export interface VerifyReceiptOptions extends Abortable {
  readonly receipt: Pick<Receipt, 'threads'>
  readonly target: ThreadStore
  /** Hash the bytes the target gives out. @defaultValue false */
  readonly readBack?: boolean
  /** Leaves out the others. @defaultValue every thread of the receipt */
  readonly shard?: Shard
  /** @defaultValue `JOBS_DEFAULT` */
  readonly jobs?: number
  readonly onRead?: OnRead
  readonly onVerdict?: (verdict: ReceiptThreadVerdict) => void
}

export interface VerifyReceiptResult {
  readonly totals: Readonly<Record<ReceiptVerdict, number>>
  readonly recordsChanged: number
  readonly stopped: 'interrupted' | null
}

/** Checks without the source whether a target still holds what a receipt says it held. */
export async function verifyReceipt(options: VerifyReceiptOptions): Promise<VerifyReceiptResult> {
  const { receipt, signal, shard, onVerdict } = options
  const totals = { held: 0, grown: 0, different: 0, missing: 0, unreadable: 0 }
  let recordsChanged = 0
  const jobs = options.jobs ?? JOBS_DEFAULT
  await eachAtOnce(
    receipt.threads.values(),
    { jobs, ...(signal && { signal }) },
    async (thread) => {
      if (shard !== undefined && !isInShard(thread.threadId, shard)) return
      const verdict = await verdictOn(options, thread)
      if (verdict === null) return
      totals[verdict.verdict] += 1
      if (!verdict.recordHeld) recordsChanged += 1
      onVerdict?.(verdict)
    },
  )
  return { totals, recordsChanged, stopped: signal?.aborted ? 'interrupted' : null }
}

/** `null` when the run was interrupted meanwhile. */
async function verdictOn(
  options: VerifyReceiptOptions,
  thread: ReceiptThread,
): Promise<ReceiptThreadVerdict | null> {
  const { threadId } = thread
  const verdict = (
    kind: ReceiptVerdict,
    reason: string | null,
    recordHeld = true,
  ): ReceiptThreadVerdict => ({ threadId, verdict: kind, recordHeld, reason })
  try {
    const held = await findThread(options.target, { threadId })
    if (held === null) return verdict('missing', 'the target does not have the thread')
    const recordHeld = recordDigest(held) === thread.recordSha256
    const problems = await rolloutProblems(options, thread)
    const [wrong] = problems.filter(({ kind }) => kind === 'different')
    if (wrong !== undefined) return verdict('different', wrong.reason, recordHeld)
    const [grown] = problems
    const renamed = recordHeld ? null : 'the record is not what it was'
    if (grown !== undefined) return verdict('grown', grown.reason, recordHeld)
    return verdict('held', renamed, recordHeld)
  } catch (error) {
    if (options.signal?.aborted) return null
    const { code, message } = ThreadStoreError.from(error, 'verify')
    if (code === 'RETRYABLE' || code === 'OUTCOME_UNKNOWN') throw error
    return verdict('unreadable', message)
  }
}

interface Problem {
  readonly kind: 'grown' | 'different'
  readonly reason: string
}

async function rolloutProblems(
  { target, readBack, onRead, signal }: VerifyReceiptOptions,
  { threadId, rollouts }: ReceiptThread,
): Promise<Problem[]> {
  const params = { threadId, ...(signal && { signal }) }
  const held = await (readBack
    ? readBackRollouts(target, params, onRead)
    : heldRollouts(target, params))
  if (!readBack) for (const { byteCount } of held.values()) onRead?.(byteCount)
  const problems: Problem[] = []
  for (const rollout of rollouts) {
    const problem = await problemOf(target, params, rollout, held.get(rollout.rolloutId))
    if (problem !== null) problems.push(problem)
  }
  return problems
}

async function problemOf(
  target: ThreadStore,
  params: ThreadParams,
  promised: ReceiptRollout,
  held: HeldRollout | undefined,
): Promise<Problem | null> {
  const { rolloutId, byteCount, sha256 } = promised
  if (held === undefined) return { kind: 'different', reason: `rollout ${rolloutId} is gone` }
  if (held.sha256 === sha256) return null
  if (held.byteCount > byteCount) {
    const rollout = await exportedRollout(target, params, rolloutId)
    if (rollout !== null && (await prefixSha256(rollout, byteCount)) === sha256) {
      const reason = `rollout ${rolloutId} went on by ${held.byteCount - byteCount} bytes`
      return { kind: 'grown', reason }
    }
  }
  return { kind: 'different', reason: `rollout ${rolloutId} holds other bytes` }
}
