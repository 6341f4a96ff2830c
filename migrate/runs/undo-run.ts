import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../src/protocol/json.js'
import type { RolloutId, ThreadId } from '../../src/protocol/thread-id.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { Abortable } from '../../src/store/params.js'
import type { ExportedRollout, ImportedRollout } from '../../src/store/raw-history.js'
import type { StoredRollout, StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { exportedRollout } from '../copy/exported-rollout.js'
import { findThread } from '../plan/find-thread.js'
import { copyIdOf } from '../copy/keep-copy.js'
import { prefixSha256 } from '../copy/open-rollout.js'
import { readRunLog } from './read-run-log.js'
import { recordDigest } from '../verify/record-digest.js'
import { markOf } from '../copy/record-mark.js'
import { RUN_ITEM, RUN_SOURCE } from './run-log.js'

/**
 * What became of a thread that a run had stored. `removed`: the run had brought it; `restored`: it
 * is what it was before the run; `kept`: it is left alone, for a reason; `gone`: it was not there.
 */
export const undoResults = ['removed', 'restored', 'kept', 'gone'] as const
export type UndoStatus = (typeof undoResults)[number]

export interface UndoneThread {
  readonly threadId: ThreadId
  readonly status: UndoStatus
  readonly reason: string | null
}

export interface UndoOptions extends Abortable {
  readonly target: ThreadStore
  readonly run: ThreadId
  /** @defaultValue false: nothing is changed, only told */
  readonly dryRun?: boolean
  readonly onThread?: (thread: UndoneThread) => void
}

export interface UndoResult {
  readonly totals: Readonly<Record<UndoStatus, number>>
  readonly stopped: 'interrupted' | null
}

/**
 * Takes back what a run did to its target, thread by thread, the last one first. A thread that
 * anybody changed since, another run included, is left alone and named.
 */
export async function undoRun(options: UndoOptions): Promise<UndoResult> {
  const { target, run, dryRun } = options
  await requireRun(target, run)
  if (dryRun) return await undoThreads(options)
  // Only one can write the log: neither the run itself nor another undo is under way.
  await target.resumeThread({ threadId: run, includeArchived: true })
  try {
    const result = await undoThreads(options)
    const payload = { kind: 'undone', totals: { ...result.totals }, stopped: result.stopped }
    await target.appendItems({ threadId: run, items: [{ type: RUN_ITEM, payload }] })
    return result
  } finally {
    await target.shutdownThread({ threadId: run })
  }
}

async function undoThreads(options: UndoOptions): Promise<UndoResult> {
  const { target, run, signal, onThread } = options
  const totals = { removed: 0, restored: 0, kept: 0, gone: 0 }
  const touched = await touchedThreads(target, run)
  for (const [threadId, before] of [...touched].toReversed()) {
    if (signal?.aborted) return { totals, stopped: 'interrupted' }
    const undone = await undoThread(options, threadId, before)
    totals[undone.status] += 1
    onThread?.(undone)
  }
  return { totals, stopped: null }
}

/** What the target held of each thread before the run first changed it, in the run's order. */
async function touchedThreads(
  target: ThreadStore,
  run: ThreadId,
): Promise<Map<ThreadId, StoredThread | null>> {
  const touched = new Map<ThreadId, StoredThread | null>()
  for await (const { payload } of readRunLog(target, run)) {
    const { kind, threadId, before } = payload as JsonObject & { kind: string }
    if (kind !== 'intent' || typeof threadId !== 'string' || touched.has(threadId)) continue
    touched.set(threadId, (before ?? null) as unknown as StoredThread | null)
  }
  return touched
}

async function undoThread(
  { target, run, dryRun }: UndoOptions,
  threadId: ThreadId,
  before: StoredThread | null,
): Promise<UndoneThread> {
  const kept = (reason: string): UndoneThread => ({ threadId, status: 'kept', reason })
  const now = await findThread(target, { threadId })
  if (now === null) return { threadId, status: 'gone', reason: null }
  const mark = markOf(now)
  if (mark?.run !== run) return kept('it was not stored by this run, or by another one since')
  if (recordDigest(now) !== mark.recordSha256) return kept('its record was changed since')
  const byteCount = now.rollouts?.reduce((sum, rollout) => sum + rollout.byteCount, 0)
  if (byteCount !== mark.byteCount) return kept('its bytes were changed since')
  try {
    if (before === null) {
      if (!dryRun) await target.deleteThread({ threadId })
      return { threadId, status: 'removed', reason: null }
    }
    const problem = await restore(target, now, before, dryRun === true)
    return problem === null ? { threadId, status: 'restored', reason: null } : kept(problem)
  } catch (error) {
    if (ThreadStoreError.is(error, 'CONFLICT')) return kept(error.message)
    throw error
  }
}

/** Puts back what a thread was; a string says why that cannot be. */
async function restore(
  target: ThreadStore,
  { rollouts }: StoredThread,
  before: StoredThread,
  dryRun: boolean,
): Promise<string | null> {
  const earlier = new Map(before.rollouts?.map((rollout) => [rollout.rolloutId, rollout]))
  const added = rollouts?.find(({ rolloutId }) => !earlier.has(rolloutId))
  if (added !== undefined) return `it has a new rollout, ${added.rolloutId}`
  const imported: ImportedRollout[] = []
  for (const was of before.rollouts ?? []) {
    const holder = await findBytes(target, before, was)
    if (holder === null) return `nobody holds what rollout ${was.rolloutId} was`
    const { rolloutId, base, file, fingerprint, byteCount } = was
    const chunks = firstBytes(holder, byteCount)
    imported.push({ rolloutId, base, file, fingerprint, fromByte: 0, chunks })
  }
  if (dryRun) return null
  const { rollouts: _rollouts, history: _history, ...record } = before
  const thread = { ...record, rollouts: null, history: null }
  await target.importThread({ thread, rollouts: imported, replace: true })
  return null
}

/** The rollout itself where it begins with what it was, else the copy kept of that generation. */
async function findBytes(
  target: ThreadStore,
  before: StoredThread,
  was: StoredRollout,
): Promise<ExportedRollout | null> {
  const sha256 = was.sha256 ?? ''
  const current = before.rollouts?.at(-1)
  const places: readonly (readonly [ThreadId, RolloutId])[] = [
    [before.threadId, was.rolloutId],
    [copyIdOf(current?.rolloutId ?? '', current?.sha256 ?? ''), copyIdOf(was.rolloutId, sha256)],
  ]
  for (const [threadId, id] of places) {
    if ((await findThread(target, { threadId })) === null) continue
    const found = await exportedRollout(target, { threadId }, id)
    if (found === null || found.byteCount < was.byteCount) continue
    if ((await prefixSha256(found, was.byteCount)) === sha256) return found
  }
  return null
}

async function* firstBytes(
  rollout: ExportedRollout,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = length
  for await (const chunk of rollout.read()) {
    if (left <= 0) return
    yield chunk.subarray(0, left)
    left -= chunk.length
  }
}

async function requireRun(target: ThreadStore, run: ThreadId): Promise<void> {
  const log = await findThread(target, { threadId: run })
  if (isDeepStrictEqual(log?.source, RUN_SOURCE)) return
  throw new ThreadStoreError('THREAD_NOT_FOUND', `the target knows no run ${run}`, {
    reason: 'unknown-thread',
    threadId: run,
  })
}
