import type { RolloutFinding } from '../history/findings.js'
import type { HistoryPosition } from '../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../protocol/thread-id.js'
import type { Abortable } from './params.js'
import type { RolloutFile, StoredThread } from './records.js'

/** A rollout on its way out: facts now, bytes when asked. */
export interface ExportedRollout {
  readonly rolloutId: RolloutId
  readonly base: HistoryPosition | null
  readonly file: RolloutFile | null
  readonly fingerprint: string | null
  /** Bytes the export stands for; `read` gives no more, whatever is appended meanwhile. */
  readonly byteCount: number
  /** The exact stored bytes from `fromByte` (default 0) on. May be called more than once. */
  read(fromByte?: number): AsyncIterable<Uint8Array>
}

/** A whole thread on its way out. */
export interface ThreadExport {
  /** The full record; `history` and `rollouts` are `null`. */
  readonly thread: StoredThread
  /** The thread's own rollouts, bases first, the current one last. */
  readonly rollouts: readonly ExportedRollout[]
  /**
   * Somebody is writing the thread: the bytes end with the last complete line, and more may follow.
   */
  readonly live: boolean
}

/** A rollout on its way in. */
export interface ImportedRollout {
  readonly rolloutId: RolloutId
  readonly base: HistoryPosition | null
  readonly file: RolloutFile | null
  /** The source's fingerprint once these bytes are stored. */
  readonly fingerprint: string | null
  /**
   * Where the bytes belong: 0 for a new rollout, else exactly the stored byte count
   * (`CONFLICT {position}` otherwise).
   */
  readonly fromByte: number
  /** Once it was yielded, a chunk is not changed any more. */
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface ImportThreadParams extends Abortable {
  /** Becomes the thread's record as it is; `history` and `rollouts` are ignored. */
  readonly thread: StoredThread
  /** Bases first; the last one named, or else the one stored, is the thread's current rollout. */
  readonly rollouts: readonly ImportedRollout[]
  /**
   * Whether rollouts of the thread that are stored already and begin at byte 0 here are replaced.
   * @defaultValue false: `CONFLICT {different-content}`
   */
  readonly replace?: boolean
}

/** What a store holds of a rollout, computed from the stored bytes. */
export interface RolloutReceipt {
  readonly rolloutId: RolloutId
  readonly itemCount: number
  readonly byteCount: number
  /** SHA-256 of the stored bytes, lower-case hex. */
  readonly sha256: string
  /** What could not be understood; its bytes are kept. */
  readonly findings: readonly RolloutFinding[]
  /**
   * Bytes of this import that were there from an earlier one, which was broken off, and that were not
   * stored again.
   * @defaultValue 0
   */
  readonly resumedBytes?: number
}

export interface ThreadReceipt {
  readonly threadId: ThreadId
  /** In the order of the thread's rollouts, bases first. */
  readonly rollouts: readonly RolloutReceipt[]
}
