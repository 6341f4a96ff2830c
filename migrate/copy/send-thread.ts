import type { RolloutReceipt, ThreadExport, ThreadReceipt } from '../../src/store/raw-history.js'
import type { StoredThread } from '../../src/store/records.js'
import { chooseRecord } from './choose-record.js'
import type { CopyContext } from './copy-context.js'
import type { MigrationFinding } from '../runs/findings.js'
import type { Leg } from './open-leg.js'
import type { CopyResult, RolloutProof } from '../runs/outcome.js'
import { recordDigest } from '../verify/record-digest.js'
import { withMark, withoutMark } from './record-mark.js'

/** Why a thread that is live in the source is not all there. */
export const BEING_WRITTEN =
  'somebody is writing the thread; it is copied up to its last whole line'

/** Sends what is missing of a thread and proves all of it. */
export async function sendThread(
  context: CopyContext,
  exported: ThreadExport,
  stored: StoredThread | null,
  legs: readonly Leg[],
): Promise<CopyResult> {
  // Where a thread comes from a target of an earlier migration, its mark is that migration's.
  const thread = withoutMark(exported.thread)
  const { record, findings: choices } = chooseRecord(thread, stored)
  const { proofs, findings, problem } = await importLegs(context, record, legs, stored)
  const reason = problem ?? (exported.live ? BEING_WRITTEN : null)
  const proven = stored === null ? 'proven' : 'appended'
  const outcome = {
    threadId: thread.threadId,
    status: problem !== null ? 'failed' : exported.live ? 'busy' : proven,
    ...sumOf(proofs),
    bytesRead: 0,
    rollouts: proofs,
    findings: [...choices, ...findings],
    reason,
  } as const
  return { outcome, held: record }
}

/** What was sent of all rollouts together. */
export function sumOf(
  proofs: readonly RolloutProof[],
): Pick<RolloutProof, 'bytesSent' | 'bytesResumed'> {
  let [bytesSent, bytesResumed] = [0, 0]
  for (const proof of proofs) {
    bytesSent += proof.bytesSent
    bytesResumed += proof.bytesResumed
  }
  return { bytesSent, bytesResumed }
}

/** What the target said when a thread was stored. */
interface ImportedLegs {
  readonly proofs: readonly RolloutProof[]
  readonly findings: readonly MigrationFinding[]
  /** Why the target's answer does not prove what was sent, or `null`. */
  readonly problem: string | null
}

/** Stores the legs of a thread and compares what the target holds with what was read. */
export async function importLegs(
  { target, run, signal, onIntent }: CopyContext,
  record: StoredThread,
  legs: readonly Leg[],
  before: StoredThread | null,
): Promise<ImportedLegs> {
  const { threadId } = record
  // A home is Codex's own, where nobody would know what to do with a mark.
  const byteCount = legs.reduce((sum, { rollout }) => sum + rollout.byteCount, 0)
  const mark = { run, recordSha256: recordDigest(record), byteCount }
  await onIntent(threadId, before)
  const receipt = await target.importThread({
    thread: target.supports.paths ? record : withMark(record, mark),
    // All are named, so that the last one becomes the thread's current rollout.
    rollouts: legs.map(({ rollout, fromByte, chunks }) => ({
      rolloutId: rollout.rolloutId,
      base: rollout.base,
      file: rollout.file,
      fingerprint: rollout.fingerprint,
      fromByte,
      chunks,
    })),
    // Also for a rollout that is stored and empty, which begins at byte 0 either way.
    replace: legs.some(({ stored, fromByte }) => stored !== null && fromByte === 0),
    ...(signal && { signal }),
  })
  return {
    proofs: receipt.rollouts.map((rollout) => proofOf(rollout, legs)),
    findings: receipt.rollouts.flatMap(({ findings }) =>
      findings.map((finding) => ({ ...finding, threadId })),
    ),
    problem: unproven(legs, receipt),
  }
}

function proofOf(
  { rolloutId, byteCount, itemCount, sha256, resumedBytes = 0 }: RolloutReceipt,
  legs: readonly Leg[],
): RolloutProof {
  const leg = legs.find(({ rollout }) => rollout.rolloutId === rolloutId)
  const moved = leg === undefined ? 0 : leg.rollout.byteCount - leg.fromByte
  const bytesResumed = Math.min(resumedBytes, moved)
  return { rolloutId, byteCount, itemCount, sha256, bytesSent: moved - bytesResumed, bytesResumed }
}

/** Why the receipt does not prove the copy, or `null`. */
function unproven(legs: readonly Leg[], receipt: ThreadReceipt): string | null {
  for (const { rollout, sha256 } of legs) {
    const { rolloutId, byteCount } = rollout
    const got = receipt.rollouts.find((candidate) => candidate.rolloutId === rolloutId)
    if (got === undefined) return `the target has no receipt for rollout ${rolloutId}`
    if (got.byteCount !== byteCount) {
      return `the target holds ${got.byteCount} bytes of rollout ${rolloutId}, of ${byteCount}`
    }
    const read = sha256()
    if (read !== null && got.sha256 !== read) {
      return `rollout ${rolloutId} has SHA-256 ${read}, in the target it has ${got.sha256}`
    }
  }
  return null
}
