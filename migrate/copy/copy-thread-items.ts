import { isDeepStrictEqual } from 'node:util'
import { printRolloutLine } from '../../src/history/rollout-line.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { compareRecords } from '../verify/compare-records.js'
import type { CopyContext } from './copy-context.js'
import type { MigrationFinding } from '../runs/findings.js'
import { type CopyResult, unsent } from '../runs/outcome.js'
import { createParams, isPatchable, recordPatch } from './record-patch.js'
import { itemsAfterMeta, type PortableHistory, portableHistory } from './portable-history.js'

/** Bytes of items appended with one call. */
const BATCH_BYTES = 1024 * 1024

/**
 * Copies a thread item by item, for stores that do not move bytes, and proves it by reading back.
 * The target writes the session_meta itself; everything after it is what the source holds.
 */
export async function copyThreadItems(
  context: CopyContext,
  threadId: ThreadId,
): Promise<CopyResult> {
  const { source, target } = context
  const from = await readWhole(source, threadId)
  if (from === null) throw unreadable(threadId)
  const wanted = portableHistory(from)
  const before = await readWhole(target, threadId)
  const held = before === null ? [] : itemsAfterMeta(before)
  if (!isDeepStrictEqual(held, wanted.items.slice(0, held.length))) {
    const reason = 'the target holds other items than the source'
    return { outcome: unsent(threadId, 'conflict', reason), held: before }
  }
  if (before !== null && held.length === wanted.items.length && isHeld(from, before)) {
    return { outcome: unsent(threadId, 'already', null), held: before }
  }
  await context.onIntent(threadId, before === null ? null : { ...before, history: null })
  const bytesSent = await write(context, from, wanted, before === null ? null : held.length)
  const after = await readWhole(target, threadId)
  const proven = after !== null && isDeepStrictEqual(itemsAfterMeta(after), wanted.items)
  const result = proven
    ? unsent(threadId, before === null ? 'proven' : 'appended', null)
    : unsent(threadId, 'failed', 'the target does not give back the items that were sent')
  return {
    outcome: { ...result, bytesSent, findings: findings(from, after, wanted) },
    held: after,
  }
}

async function readWhole(store: ThreadStore, threadId: ThreadId): Promise<StoredThread | null> {
  try {
    return await store.readThread({ threadId, includeArchived: true, includeHistory: true })
  } catch (error) {
    if (ThreadStoreError.is(error, 'THREAD_NOT_FOUND')) return null
    throw error
  }
}

/** Whether the fields that can be set at all are as they are to be. */
function isHeld(from: StoredThread, held: StoredThread): boolean {
  const archived = (from.archivedAt === null) === (held.archivedAt === null)
  return archived && compareRecords(from, held).every(({ field }) => !isPatchable(field))
}

/**
 * @param heldCount - items that the target holds after its session_meta; `null`: not the thread
 * @returns bytes of the items that were sent
 */
async function write(
  { target, signal, onRead }: CopyContext,
  from: StoredThread,
  wanted: PortableHistory,
  heldCount: number | null,
): Promise<number> {
  const { threadId } = from
  if (heldCount === null) await target.createThread(createParams(from, wanted))
  else await target.resumeThread({ threadId, includeArchived: true })
  let bytesSent = 0
  try {
    for (const batch of batches(wanted.items.slice(heldCount ?? 0))) {
      await target.appendItems({ threadId, items: batch.items, ...(signal && { signal }) })
      bytesSent += batch.byteCount
      onRead(batch.byteCount)
    }
    await target.persistThread({ threadId })
    await target.shutdownThread({ threadId })
  } catch (error) {
    await target.discardThread({ threadId })
    // Half a thread is worse than none; where it cannot be removed the next run appends the rest.
    if (heldCount === null && target.supports.delete) await target.deleteThread({ threadId })
    throw error
  }
  await alignArchived(target, from)
  await target.updateThreadMetadata({ threadId, patch: recordPatch(from), includeArchived: true })
  return bytesSent
}

async function alignArchived(target: ThreadStore, from: StoredThread): Promise<void> {
  const { threadId, archivedAt } = from
  const now = await target.readThread({ threadId, includeArchived: true })
  if ((now.archivedAt === null) === (archivedAt === null)) return
  if (archivedAt === null) await target.unarchiveThread({ threadId })
  else await target.archiveThread({ threadId })
}

interface Batch {
  readonly items: readonly RolloutItem[]
  readonly byteCount: number
}

function* batches(items: readonly RolloutItem[]): Generator<Batch, void, undefined> {
  let batch: RolloutItem[] = []
  let byteCount = 0
  for (const item of items) {
    batch.push(item)
    byteCount += printRolloutLine(item).length
    if (byteCount < BATCH_BYTES) continue
    yield { items: batch, byteCount }
    batch = []
    byteCount = 0
  }
  if (batch.length > 0) yield { items: batch, byteCount }
}

function findings(
  from: StoredThread,
  after: StoredThread | null,
  wanted: PortableHistory,
): MigrationFinding[] {
  const { threadId } = from
  const lost = after === null ? [] : compareRecords(from, after)
  const flattened: MigrationFinding = {
    code: 'LINEAGE_FLATTENED',
    threadId,
    message: 'what the thread begins from was copied into it',
  }
  return [
    ...(wanted.flattened ? [flattened] : []),
    ...lost.map(({ field }): MigrationFinding => ({
      code: 'RECORD_NOT_HELD',
      threadId,
      message: `the target gives back another ${field} than was sent`,
    })),
  ]
}

function unreadable(threadId: ThreadId): ThreadStoreError {
  return new ThreadStoreError('THREAD_NOT_FOUND', `thread ${threadId} is no longer in the source`, {
    reason: 'unknown-thread',
    threadId,
  })
}
