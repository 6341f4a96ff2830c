import { ThreadStoreError } from '../src/store/errors.js'
import type { Abortable } from '../src/store/params.js'
import type {
  ExportedRollout,
  RolloutReceipt,
  ThreadExport,
  ThreadReceipt,
} from '../src/store/raw-history.js'
import type { StoredRollout, StoredThread } from '../src/store/records.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import type { ThreadId } from '../src/protocol/thread-id.js'
import { classifyRollout } from './classify.js'
import { compareRecords } from './compare-records.js'
import { findThread } from './find-thread.js'
import type { MigrationFinding } from './findings.js'
import { type OnRead, openRollout } from './open-rollout.js'
import type { ThreadOutcome } from './outcome.js'

/** What copying a thread works with. */
export interface CopyContext extends Abortable {
  readonly source: ThreadStore
  readonly target: ThreadStore
  /** Is told of bytes as they are read from the source. */
  readonly onRead: OnRead
}

/** A rollout on its way: what is stored of it already, and the rest. */
interface Leg {
  readonly rollout: ExportedRollout
  readonly fromByte: number
  readonly chunks: AsyncIterable<Uint8Array>
  /** SHA-256 the target has to arrive at, once the bytes were sent; `null` when it was not read. */
  readonly sha256: () => string | null
  readonly close: () => Promise<void>
}

/**
 * Copies a thread byte by byte and proves it, reading each rollout at most once. Of what the target
 * holds already only the hash is compared.
 * @param isNew - the target is believed not to have the thread, which it is then not asked
 */
export async function copyThread(
  context: CopyContext,
  threadId: ThreadId,
  isNew: boolean,
): Promise<ThreadOutcome> {
  const { source, target, signal } = context
  const params = { threadId, ...(signal && { signal }) }
  const exported = await source.exportThread(params)
  const stored = isNew ? null : await findThread(target, params)
  const foreign = foreignRollout(exported, stored)
  if (foreign !== null)
    return conflict(threadId, `the target has rollout ${foreign}, the source has not`)
  const legs: Leg[] = []
  try {
    for (const rollout of exported.rollouts) {
      const leg = await openLeg(context, exported, rollout, stored)
      if (typeof leg === 'string') return conflict(threadId, leg)
      legs.push(leg)
    }
    if (stored !== null && isSettled(exported, stored, legs)) return settled(exported, stored)
    return await send(context, exported, stored, legs)
  } catch (error) {
    if (isNew && isInTheWay(error)) return await copyThread(context, threadId, false)
    throw error
  } finally {
    for (const leg of legs) await leg.close()
  }
}

/** The target turned out to have the thread, or a part of it, after all. */
function isInTheWay(error: unknown): boolean {
  if (!ThreadStoreError.is(error, 'CONFLICT')) return false
  return error.details.reason === 'different-content' || error.details.reason === 'position'
}

function foreignRollout(exported: ThreadExport, stored: StoredThread | null): string | null {
  const own = new Set(exported.rollouts.map((rollout) => rollout.rolloutId))
  return stored?.rollouts?.find(({ rolloutId }) => !own.has(rolloutId))?.rolloutId ?? null
}

/** Reads what the target has to hold already. A string says why it does not. */
async function openLeg(
  { target, onRead, signal }: CopyContext,
  { thread: { threadId } }: ThreadExport,
  rollout: ExportedRollout,
  stored: StoredThread | null,
): Promise<Leg | string> {
  const before = stored?.rollouts?.find(({ rolloutId }) => rolloutId === rollout.rolloutId)
  const state = classifyRollout(rollout, before)
  if (state === 'same' && before !== undefined) return finishedLeg(rollout, before)
  if (state === 'different') return differentRollout(rollout, before)
  const fromByte = before?.byteCount ?? 0
  const open = await openRollout(rollout, fromByte, onRead)
  if (before !== undefined) {
    const expected = before.sha256 ?? (await digestOf(target, threadId, rollout.rolloutId, signal))
    if (open.prefixSha256 !== expected) {
      await open.close()
      return `the first ${fromByte} bytes of rollout ${rollout.rolloutId} are not those in the target`
    }
  }
  return { rollout, fromByte, chunks: open.rest, sha256: open.sha256, close: open.close }
}

async function digestOf(
  target: ThreadStore,
  threadId: ThreadId,
  rolloutId: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const digest = await target.historyDigest({ threadId, ...(signal && { signal }) })
  return digest.rollouts.find((rollout) => rollout.rolloutId === rolloutId)?.sha256
}

function differentRollout(rollout: ExportedRollout, before: StoredRollout | undefined): string {
  return rollout.byteCount < (before?.byteCount ?? 0)
    ? `rollout ${rollout.rolloutId} has ${rollout.byteCount} bytes, in the target it has ${before?.byteCount}`
    : `rollout ${rollout.rolloutId} begins elsewhere than in the target`
}

function finishedLeg(rollout: ExportedRollout, before: StoredRollout): Leg {
  async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
  const sha256 = (): string | null => before.sha256
  return { rollout, fromByte: before.byteCount, chunks: nothing(), sha256, close: async () => {} }
}

/** Nothing is left to send and nothing about the thread is to be changed. */
function isSettled(exported: ThreadExport, stored: StoredThread, legs: readonly Leg[]): boolean {
  const fingerprints = new Map(stored.rollouts?.map((r) => [r.rolloutId, r.fingerprint]))
  return (
    compareRecords(exported.thread, stored).length === 0 &&
    legs.every(
      ({ rollout, fromByte }) =>
        fromByte === rollout.byteCount &&
        (rollout.fingerprint ?? null) === (fingerprints.get(rollout.rolloutId) ?? null),
    )
  )
}

function settled(exported: ThreadExport, stored: StoredThread): ThreadOutcome {
  return {
    ...alreadyThere(stored),
    status: exported.live ? 'busy' : 'already',
    reason: liveReason(exported),
  }
}

/** The outcome of a thread that needed nothing, from what the target recorded when it was copied. */
export function alreadyThere(stored: StoredThread): ThreadOutcome {
  return {
    threadId: stored.threadId,
    status: 'already',
    bytesSent: 0,
    bytesRead: 0,
    rollouts: (stored.rollouts ?? []).map(({ rolloutId, byteCount, itemCount, sha256 }) => ({
      rolloutId,
      byteCount,
      itemCount,
      sha256,
      bytesSent: 0,
    })),
    findings: [],
    reason: null,
  }
}

async function send(
  context: CopyContext,
  exported: ThreadExport,
  stored: StoredThread | null,
  legs: readonly Leg[],
): Promise<ThreadOutcome> {
  const { source, target, signal } = context
  const { threadId } = exported.thread
  const receipt = await target.importThread({
    thread: exported.thread,
    // All are named, so that the last one becomes the thread's current rollout.
    rollouts: legs.map(({ rollout, fromByte, chunks }) => ({
      rolloutId: rollout.rolloutId,
      base: rollout.base,
      file: rollout.file,
      fingerprint: rollout.fingerprint,
      fromByte,
      chunks,
    })),
    // A rollout that is stored and empty begins at byte 0 like one that is not stored.
    replace:
      stored !== null &&
      legs.some(({ rollout, fromByte }) => fromByte === 0 && rollout.byteCount === 0),
    ...(signal && { signal }),
  })
  const [inTarget, inSource] = await Promise.all([
    findThread(target, { threadId }),
    findThread(source, { threadId }),
  ])
  const wrong = unproven(legs, receipt)
  const moved = exported.live ? liveReason(exported) : movedMeanwhile(exported, inSource)
  const proven = stored === null ? 'proven' : 'appended'
  return {
    threadId,
    status: wrong !== null ? 'failed' : moved !== null ? 'busy' : proven,
    bytesSent: legs.reduce((sum, { rollout, fromByte }) => sum + rollout.byteCount - fromByte, 0),
    bytesRead: 0,
    rollouts: receipt.rollouts.map((rollout) => proofOf(rollout, legs)),
    findings: [
      ...receipt.rollouts.flatMap(({ findings }) => findings.map((f) => ({ ...f, threadId }))),
      ...notHeld(exported.thread, inTarget),
    ],
    reason: wrong ?? moved,
  }
}

function proofOf(
  { rolloutId, byteCount, itemCount, sha256 }: RolloutReceipt,
  legs: readonly Leg[],
): ThreadOutcome['rollouts'][number] {
  const leg = legs.find(({ rollout }) => rollout.rolloutId === rolloutId)
  const bytesSent = leg === undefined ? 0 : leg.rollout.byteCount - leg.fromByte
  return { rolloutId, byteCount, itemCount, sha256, bytesSent }
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

function liveReason({ live }: ThreadExport): string | null {
  return live ? 'somebody is writing the thread; it is copied up to its last complete line' : null
}

/** Whether the source changed while it was read: what was copied is proven, and is not all. */
function movedMeanwhile(exported: ThreadExport, now: StoredThread | null): string | null {
  const same = exported.rollouts.every((rollout) => {
    const found = now?.rollouts?.find(({ rolloutId }) => rolloutId === rollout.rolloutId)
    return found?.byteCount === rollout.byteCount && found.fingerprint === rollout.fingerprint
  })
  return same ? null : 'the thread changed while it was copied; the next run copies the rest'
}

function notHeld(sent: StoredThread, held: StoredThread | null): MigrationFinding[] {
  if (held === null) {
    return [notHeldFinding(sent, 'the target does not find the thread it just stored')]
  }
  return compareRecords(sent, held).map(({ field }) =>
    notHeldFinding(sent, `the target gives back another ${field} than was sent`),
  )
}

function notHeldFinding({ threadId }: StoredThread, message: string): MigrationFinding {
  return { code: 'RECORD_NOT_HELD', threadId, message }
}

function conflict(threadId: ThreadId, reason: string): ThreadOutcome {
  return {
    threadId,
    status: 'conflict',
    bytesSent: 0,
    bytesRead: 0,
    rollouts: [],
    findings: [],
    reason,
  }
}
