import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { CopyResult } from './outcome.js'

/** What a running migration tells whoever wants to show how it goes. */
export type MigrationEvent =
  /** So many threads were found in the source so far. */
  | { readonly type: 'found'; readonly threads: number }
  /** The inventory is complete: this is what is going to be done. */
  | {
      readonly type: 'planned'
      readonly threads: number
      readonly bytesToRead: number
      readonly bytesToSend: number
    }
  | { readonly type: 'started'; readonly threadId: ThreadId; readonly bytes: number }
  /** Bytes were read from the source. */
  | { readonly type: 'read'; readonly threadId: ThreadId; readonly bytes: number }
  /** An attempt failed in a way that may pass; the thread is tried again after a pause. */
  | {
      readonly type: 'retrying'
      readonly threadId: ThreadId
      readonly attempt: number
      readonly pauseMs: number
      readonly reason: string
      /** Bytes that the attempt has read, and that are read once more. */
      readonly bytes: number
    }
  | ({ readonly type: 'finished' } & CopyResult)

export type OnMigrationEvent = (event: MigrationEvent) => void
