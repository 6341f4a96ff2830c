import { isDeepStrictEqual } from 'node:util'
import {
  affectsMetadata,
  createMetadataDeriver,
  type DerivedMetadata,
  inheritedMetadata,
  type MetadataDeriver,
  startDeriving,
} from '../history/derive-metadata.js'
import { type Clock, isoMillis } from '../host/clock.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { isEmptyPatch, mergePatch, type ThreadMetadataPatch } from '../store/metadata-patch.js'
import type { CreateThreadParams } from '../store/params.js'
import type { StoredThread } from '../store/records.js'

/** Appends that say nothing new about a thread move its `updatedAt` at most this often. */
export const TOUCH_INTERVAL_MS = 5_000

/** A patch that is due. Taking it does not remove it: only its success does. */
export interface PendingPatch {
  readonly patch: ThreadMetadataPatch
  readonly generation: number
}

/**
 * Derives metadata patches from the items of one live thread and remembers what is still to be
 * stored. Does no I/O: `LiveThread` sends what is due and reports success.
 */
export class ThreadMetadataSync {
  readonly #clock: Clock
  readonly #deriver: MetadataDeriver
  #pending: ThreadMetadataPatch | null = null
  /** Counts what was merged into `#pending`, so that a success cannot hide a later change. */
  #generation = 0
  /** What is known before the first append waits for it: opening a thread is no activity. */
  #waitsForAppend = true
  #lastTouchMs = -Infinity

  private constructor(deriver: MetadataDeriver, clock: Clock) {
    this.#deriver = deriver
    this.#clock = clock
  }

  /**
   * For a thread that begins now. The store records what the params say, so that sending it again
   * could only undo a patch from elsewhere; what is pending describes the inherited history.
   */
  static forCreate(
    params: CreateThreadParams,
    inherited: readonly RolloutItem[],
    clock: Clock,
  ): ThreadMetadataSync {
    const { threadId, metadata } = params
    // The store says when the thread was created, in the session_meta it begins the history with.
    const known = { createdAt: isoMillis(clock.now()), cwd: metadata.cwd }
    const derived = inheritedMetadata(threadId, inherited, known)
    const { preview = null, cwd = metadata.cwd } = derived
    const deriver = createMetadataDeriver(threadId, { ...known, preview, cwd })
    const sync = new ThreadMetadataSync(deriver, clock)
    sync.#merge(patchOf(derived))
    return sync
  }

  /**
   * For a stored thread. What is pending repairs a record that fell behind its history, as when the
   * process died between an append and its patch.
   */
  static forResume(
    thread: StoredThread,
    history: readonly RolloutItem[],
    clock: Clock,
  ): ThreadMetadataSync {
    const { derived, deriver } = startDeriving(thread.threadId, history, thread)
    const sync = new ThreadMetadataSync(deriver, clock)
    sync.#merge(repairOf(thread, derived))
    return sync
  }

  /** Takes appended items in and returns the patch that is due now, if any. */
  observe(items: readonly RolloutItem[]): PendingPatch | null {
    this.#waitsForAppend = false
    const now = this.#clock.now()
    this.#merge({ ...patchOf(this.#deriver.push(items)), updatedAt: isoMillis(now) })
    const sinceTouchMs = now - this.#lastTouchMs
    const recent = sinceTouchMs >= 0 && sinceTouchMs < TOUCH_INTERVAL_MS
    const waits = recent && !items.some(affectsMetadata) && !hasFacts(this.#pending)
    return waits ? null : this.pending()
  }

  /** Whatever is pending, also before the first append. */
  pending(): PendingPatch | null {
    return this.#pending && { patch: this.#pending, generation: this.#generation }
  }

  /** What is pending once something was appended; before that, nothing. */
  pendingOfHistory(): PendingPatch | null {
    return this.#waitsForAppend ? null : this.pending()
  }

  /** Forgets a patch that was stored, unless something was merged into it meanwhile. */
  applied({ patch, generation }: PendingPatch): void {
    if (generation === this.#generation) this.#pending = null
    if (patch.updatedAt !== undefined) this.#lastTouchMs = this.#clock.now()
  }

  /** Takes note of what somebody set by hand, so that no later item replaces it. */
  noteExplicit(patch: ThreadMetadataPatch): void {
    this.#deriver.know(patch)
  }

  #merge(patch: ThreadMetadataPatch): void {
    if (isEmptyPatch(patch)) return
    this.#pending = mergePatch(this.#pending ?? {}, patch)
    this.#generation += 1
  }
}

/** Fields that say what a thread is, beyond when it was active and what it is called. */
function hasFacts(patch: ThreadMetadataPatch | null): boolean {
  if (patch === null) return false
  const { name: _name, updatedAt: _updatedAt, ...facts } = patch
  return !isEmptyPatch(facts)
}

/** A patch cannot set what is only ever read. */
function patchOf({ memoryMode, ...facts }: DerivedMetadata): ThreadMetadataPatch {
  return memoryMode === undefined || memoryMode === 'polluted' ? facts : { ...facts, memoryMode }
}

const displayFields = ['preview', 'title', 'firstUserMessage', 'cwd'] as const
const latestFields = [
  'modelProvider',
  'model',
  'reasoningEffort',
  'approvalMode',
  'permissionProfile',
  'tokenUsage',
] as const

/**
 * What a record lacks of its history. Git facts and the memory mode are left out: they can be set
 * by hand without a trace in the history, and what was set by hand must not be undone.
 */
function repairOf(thread: StoredThread, derived: DerivedMetadata): ThreadMetadataPatch {
  const lost = latestFields.filter((field) => !isDeepStrictEqual(thread[field], derived[field]))
  return pick(derived, [...displayFields, ...lost])
}

function pick(
  derived: DerivedMetadata,
  fields: readonly (keyof DerivedMetadata)[],
): ThreadMetadataPatch {
  const present = fields.filter((field) => derived[field] !== undefined)
  return Object.fromEntries(present.map((field) => [field, derived[field]]))
}
