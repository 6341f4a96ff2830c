/** What a caller can decide on. Closed: there are no store-defined codes. */
export const ThreadStoreErrorCode = {
  /** No such thread. Never used for a storage outage. */
  threadNotFound: 'THREAD_NOT_FOUND',
  /** The call cannot succeed as it is written, whatever the store holds. */
  invalidRequest: 'INVALID_REQUEST',
  /** The store's present state forbids it; another state would allow it. */
  conflict: 'CONFLICT',
  /** The store does not claim this operation. Nothing was touched. */
  unsupported: 'UNSUPPORTED',
  /** A documented limit, or room on the device, is used up. */
  resourceExhausted: 'RESOURCE_EXHAUSTED',
  /** Nothing was changed; the same call may succeed later. */
  retryable: 'RETRYABLE',
  /** The change may or may not have happened; read before trying again. */
  outcomeUnknown: 'OUTCOME_UNKNOWN',
  /** A defect of the store, or damage in what it holds. */
  internal: 'INTERNAL',
} as const
export type ThreadStoreErrorCode = (typeof ThreadStoreErrorCode)[keyof typeof ThreadStoreErrorCode]

/** Why, per code. Closed, so that nobody has to match on messages. */
export const errorReasons = {
  THREAD_NOT_FOUND: ['unknown-thread'],
  INVALID_REQUEST: [
    'malformed-params',
    'invalid-thread-id',
    'invalid-item',
    'not-clearable',
    'invalid-cursor',
    'archived',
    'not-archived',
    'unknown-turn',
    'invalid-base',
    'cyclic-base',
    'path-not-owned',
    'path-outside-home',
    'store-closed',
    'unauthorized',
    'forbidden',
  ],
  CONFLICT: [
    'already-exists',
    'already-live',
    'not-live',
    'referenced',
    'writer-lost',
    'position',
    'different-content',
  ],
  UNSUPPORTED: ['not-claimed', 'history-mode', 'schema-version'],
  RESOURCE_EXHAUSTED: ['item-too-large', 'storage-full', 'too-many-open'],
  RETRYABLE: ['unavailable', 'timeout', 'aborted', 'contention'],
  OUTCOME_UNKNOWN: ['connection-lost'],
  INTERNAL: ['storage', 'damaged', 'missing-base', 'foreign-error'],
} as const
export type ErrorReason = (typeof errorReasons)[ThreadStoreErrorCode][number]

/** Facts a program can act on. Every value is JSON. */
export interface ThreadStoreErrorDetails {
  readonly reason: ErrorReason
  readonly threadId?: string
  /** Who holds the writer, for `already-live`, where the store can know. */
  readonly owner?: string
  /** The operation that is not claimed, for `UNSUPPORTED`. */
  readonly operation?: string
  /** Where in the params the trouble is, as a JSON pointer. */
  readonly path?: string
}

/** Recognises the class across copies of this package, where `instanceof` does not. */
const brand = Symbol.for('threadstore.ThreadStoreError')

/** The one error class of every store; `code` and `details.reason` are the contract. */
export class ThreadStoreError extends Error {
  override readonly name = 'ThreadStoreError'
  readonly code: ThreadStoreErrorCode
  readonly details: ThreadStoreErrorDetails

  constructor(
    code: ThreadStoreErrorCode,
    message: string,
    details: ThreadStoreErrorDetails,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.details = details
    Object.defineProperty(this, brand, { value: true })
  }

  /** Whether `value` is such an error, also when it comes from another copy of this package. */
  static is(value: unknown, code?: ThreadStoreErrorCode): value is ThreadStoreError {
    return (
      typeof value === 'object' &&
      value !== null &&
      brand in value &&
      (code === undefined || (value as unknown as ThreadStoreError).code === code)
    )
  }

  /** Anything thrown, as such an error; what is foreign becomes `INTERNAL` with its cause kept. */
  static from(reason: unknown, doing: string): ThreadStoreError {
    if (ThreadStoreError.is(reason)) return reason
    const text = reason instanceof Error ? reason.message : String(reason)
    return new ThreadStoreError(
      'INTERNAL',
      `${doing} failed: ${text}`,
      { reason: 'foreign-error' },
      { cause: reason },
    )
  }
}

export function threadNotFound(threadId: string): ThreadStoreError {
  return new ThreadStoreError('THREAD_NOT_FOUND', `thread ${threadId} not found`, {
    reason: 'unknown-thread',
    threadId,
  })
}

export function invalidRequest(
  reason: (typeof errorReasons)['INVALID_REQUEST'][number],
  message: string,
  more: Partial<ThreadStoreErrorDetails> = {},
): ThreadStoreError {
  return new ThreadStoreError('INVALID_REQUEST', message, { ...more, reason })
}

export function conflict(
  reason: (typeof errorReasons)['CONFLICT'][number],
  message: string,
  more: Partial<ThreadStoreErrorDetails> = {},
): ThreadStoreError {
  return new ThreadStoreError('CONFLICT', message, { ...more, reason })
}

export function threadExists(threadId: string): ThreadStoreError {
  return conflict('already-exists', `thread ${threadId} exists already; resume it instead`, {
    threadId,
  })
}

export function rolloutExists(rolloutId: string): ThreadStoreError {
  return conflict(
    'already-exists',
    `rollout ${rolloutId} of another thread is stored already; take another id`,
  )
}

export function threadReferenced(threadId: string, by: string): ThreadStoreError {
  return conflict(
    'referenced',
    `cannot delete thread ${threadId}: the history of thread ${by} begins in it; delete that one first`,
    { threadId },
  )
}

export function notArchived(threadId: string): ThreadStoreError {
  return invalidRequest('not-archived', `thread ${threadId} is not archived`, { threadId })
}

export function threadArchived(threadId: string): ThreadStoreError {
  return invalidRequest(
    'archived',
    `thread ${threadId} is archived; pass includeArchived, or unarchive it`,
    { threadId },
  )
}

export function alreadyLive(threadId: string, owner?: string): ThreadStoreError {
  const by = owner === undefined ? '' : ` (${owner})`
  return conflict('already-live', `thread ${threadId} already has an active writer${by}`, {
    threadId,
    ...(owner === undefined ? {} : { owner }),
  })
}

export function notLive(threadId: string): ThreadStoreError {
  return conflict(
    'not-live',
    `thread ${threadId} has no live writer on this handle; resume it first`,
    { threadId },
  )
}

export function writerLost(threadId: string): ThreadStoreError {
  return conflict(
    'writer-lost',
    `another writer has taken thread ${threadId} over; resume it to write again`,
    { threadId },
  )
}

export function missingBase(threadId: string, rolloutId: string): ThreadStoreError {
  return new ThreadStoreError(
    'INTERNAL',
    `the history of thread ${threadId} begins in rollout ${rolloutId}, which is missing`,
    { reason: 'missing-base', threadId },
  )
}

export function storeClosed(): ThreadStoreError {
  return invalidRequest('store-closed', 'the store is closed; open a new one')
}

export function differentContent(rolloutId: string): ThreadStoreError {
  return conflict(
    'different-content',
    `rollout ${rolloutId} is stored already; append to it from its byte count, or pass replace`,
  )
}

export function wrongPosition(
  rolloutId: string,
  fromByte: number,
  stored: number,
): ThreadStoreError {
  return conflict(
    'position',
    `rollout ${rolloutId} holds ${stored} bytes, so nothing can be stored from byte ${fromByte}`,
  )
}
