import type { PostgresSession } from '../../host/postgres.js'
import type { RolloutId } from '../../protocol/thread-id.js'
import { differentContent, wrongPosition } from '../../store/errors.js'
import { refuseCycle } from '../../store/lineage.js'
import type { ImportThreadParams, ThreadReceipt } from '../../store/raw-history.js'
import type { ThreadRecord } from '../../store/records.js'
import { rolloutReceipt } from './history-digest.js'
import type { ImportBatcher } from './arrival/import-batcher.js'
import type { PostgresContext } from './postgres-context.js'
import { type ReceivedRollout, receiveRollout } from './arrival/receive-rollout.js'
import { type RolloutRow, lineageOf, rolloutsOf } from './rows/rollout-row.js'
import { retried } from './driver/retry.js'
import { storeRollout } from './arrival/store-rollout.js'
import { findThread, insertThread, replaceThread } from './rows/thread-row.js'
import { requireNoWriter } from './writers/writer-lease.js'

/**
 * Stores a thread as it was exported. The bytes are taken in first; one transaction then makes them
 * a thread, asks the database what it has stored, and commits only if that is what was sent.
 */
export async function importThread(
  context: PostgresContext,
  batcher: ImportBatcher,
  what: ImportThreadParams,
): Promise<ThreadReceipt> {
  const { history: _history, rollouts: _rollouts, ...record } = what.thread
  const received: ReceivedRollout[] = []
  try {
    for (const rollout of what.rollouts) {
      received.push(await receiveRollout(context, rollout, what.signal))
    }
    if (await batcher.publish({ record, received })) {
      return { threadId: record.threadId, rollouts: received.map(({ receipt }) => receipt) }
    }
    return await retried(context.clock, () =>
      context.driver.transaction('write', (session) =>
        publish(context, session, record, received, what.replace ?? false),
      ),
    )
  } catch (reason) {
    for (const { log } of received) await log.abandon(reason)
    throw reason
  }
}

async function publish(
  context: PostgresContext,
  session: PostgresSession,
  record: ThreadRecord,
  received: readonly ReceivedRollout[],
  replace: boolean,
): Promise<ThreadReceipt> {
  const { namespace } = context
  const { threadId } = record
  const stored = await takeThread(context, session, record, received)
  await refuseCycles(session, namespace, threadId, received)
  for (const rollout of received) {
    const before = stored.get(rollout.rollout.rolloutId)
    requireRoom(rollout, before, replace)
    await storeRollout(session, namespace, record, rollout, before)
  }
  return { threadId, rollouts: await receipts(session, namespace, threadId, received) }
}

/**
 * Puts the record in place, under a lock that lasts until the end of the transaction, and gives the
 * rollouts that are stored of the thread.
 */
async function takeThread(
  context: PostgresContext,
  session: PostgresSession,
  record: ThreadRecord,
  received: readonly ReceivedRollout[],
): Promise<ReadonlyMap<RolloutId, RolloutRow>> {
  const { namespace } = context
  const { threadId } = record
  const last = received.at(-1)?.rollout.rolloutId
  const isNew = { record, rolloutId: last ?? threadId }
  for (;;) {
    if (await insertThread(session, namespace, isNew)) return new Map()
    const found = await findThread(session, namespace, threadId, 'FOR UPDATE')
    // Deleted between the two statements: it is new after all.
    if (found === null) continue
    const rollouts = await rolloutsOf(session, namespace, threadId, 'FOR UPDATE')
    const { rolloutId } = found
    await requireNoWriter(context, session, { threadId, rolloutId })
    await replaceThread(session, namespace, { record, rolloutId: last ?? rolloutId })
    return new Map(rollouts.map((rollout) => [rollout.rolloutId, rollout]))
  }
}

async function refuseCycles(
  session: PostgresSession,
  namespace: string,
  threadId: string,
  received: readonly ReceivedRollout[],
): Promise<void> {
  const next = new Map(received.map(({ rollout }) => [rollout.rolloutId, rollout.base]))
  const stored = new Map<RolloutId, RolloutRow>()
  for (const base of next.values()) {
    if (base === null || next.has(base.rolloutId)) continue
    for (const [id, rollout] of await lineageOf(session, namespace, base.rolloutId)) {
      stored.set(id, rollout)
    }
  }
  refuseCycle(threadId, [...next.keys()], (id) =>
    next.has(id) ? next.get(id) : stored.get(id)?.base,
  )
}

/** Refuses bytes that would take the place of others, or would not follow on what is stored. */
function requireRoom(
  { rollout, before: expected }: ReceivedRollout,
  before: RolloutRow | undefined,
  replace: boolean,
): void {
  const { rolloutId, fromByte } = rollout
  if (fromByte === 0) {
    if (before !== undefined && !replace) throw differentContent(rolloutId)
    return
  }
  const isAsExpected = before?.logId === expected?.logId && before?.byteCount === fromByte
  if (!isAsExpected) throw wrongPosition(rolloutId, fromByte, before?.byteCount ?? 0)
}

/** The receipts of all rollouts of the thread; those nobody sent anything of are read back. */
async function receipts(
  session: PostgresSession,
  namespace: string,
  threadId: string,
  received: readonly ReceivedRollout[],
): Promise<ThreadReceipt['rollouts']> {
  const known = new Map(received.map(({ receipt }) => [receipt.rolloutId, receipt]))
  const all = await rolloutsOf(session, namespace, threadId)
  const found: ThreadReceipt['rollouts'][number][] = []
  for (const rollout of all) {
    const receipt = known.get(rollout.rolloutId)
    found.push(receipt ?? (await rolloutReceipt(session, namespace, rollout)))
  }
  return found
}
