import type { ThreadId } from '../protocol/thread-id.js'
import type { StoredThread } from '../store/records.js'

export interface ReadThreadByRolloutPathParams {
  /** Absolute, or relative to the home of the store. */
  readonly rolloutPath: string
  /** @defaultValue false */
  readonly includeArchived?: boolean
  /** @defaultValue false */
  readonly includeHistory?: boolean
}

/**
 * What only a store whose threads are files can answer. Passed in beside the store, so that nobody
 * has to find out which store it is.
 */
export interface PathReader {
  readThreadByRolloutPath(params: ReadThreadByRolloutPathParams): Promise<StoredThread>
  /** Where a thread's rollout is; `null` when it is missing. */
  localRolloutPath(threadId: ThreadId): Promise<string | null>
}
