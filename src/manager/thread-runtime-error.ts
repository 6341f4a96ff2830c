/** Why a loaded thread or the manager refuses. Closed, so that nobody has to match on messages. */
export type ThreadRuntimeReason =
  | 'already-running'
  | 'empty-input'
  | 'ephemeral'
  | 'no-active-turn'
  | 'no-turns'
  | 'not-persisted'
  | 'path-not-current'
  | 'paths-unsupported'
  | 'rollback-running'
  | 'stopped'
  | 'turn-mismatch'
  | 'turn-not-steerable'
  | 'turn-running'
  | 'unknown-turn'
  | 'unsupported'

/** What a caller can decide on; the codes mean what they mean in `ThreadStoreError`. */
export type ThreadRuntimeErrorCode = 'INVALID_REQUEST' | 'CONFLICT' | 'UNSUPPORTED' | 'INTERNAL'

const codes: Readonly<Record<ThreadRuntimeReason, ThreadRuntimeErrorCode>> = {
  'already-running': 'INVALID_REQUEST',
  'empty-input': 'INVALID_REQUEST',
  ephemeral: 'INVALID_REQUEST',
  'no-active-turn': 'INVALID_REQUEST',
  'no-turns': 'INVALID_REQUEST',
  'not-persisted': 'INTERNAL',
  'path-not-current': 'INVALID_REQUEST',
  'paths-unsupported': 'INVALID_REQUEST',
  'rollback-running': 'CONFLICT',
  stopped: 'CONFLICT',
  'turn-mismatch': 'INVALID_REQUEST',
  'turn-not-steerable': 'INVALID_REQUEST',
  'turn-running': 'CONFLICT',
  'unknown-turn': 'INVALID_REQUEST',
  unsupported: 'UNSUPPORTED',
}

/** A call that the runtime above the store refuses. Nothing was changed. */
export class ThreadRuntimeError extends Error {
  override readonly name = 'ThreadRuntimeError'
  readonly code: ThreadRuntimeErrorCode
  readonly reason: ThreadRuntimeReason

  constructor(reason: ThreadRuntimeReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    this.code = codes[reason]
  }
}
