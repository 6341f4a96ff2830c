import { ThreadStoreError } from '../../store/errors.js'

/** Whether a call can have changed something by the time it fails. */
export type Effect = 'none' | 'possible'

/** A call that will never be answered; `effect` decides whether it is safe to repeat. */
export function unanswered(message: string, effect: Effect, cause?: unknown): ThreadStoreError {
  if (effect === 'none') return unavailable(message, cause)
  return new ThreadStoreError(
    'OUTCOME_UNKNOWN',
    `${message}; whether the call took effect is not known`,
    { reason: 'connection-lost' },
    { cause },
  )
}

/** A call that did not begin, because there is nobody to make it to. */
export function unavailable(message: string, cause?: unknown): ThreadStoreError {
  return new ThreadStoreError('RETRYABLE', message, { reason: 'unavailable' }, { cause })
}

/** A call that took too long and cannot have changed anything. */
export function timedOut(message: string, effect: Effect): ThreadStoreError {
  if (effect === 'possible') return unanswered(message, effect)
  return new ThreadStoreError('RETRYABLE', message, { reason: 'timeout' })
}

/** The adapter said something that the protocol does not know. */
export function protocolBroken(message: string): ThreadStoreError {
  return new ThreadStoreError('INTERNAL', message, { reason: 'foreign-error' })
}
