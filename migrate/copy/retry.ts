import type { Clock } from '../../src/host/clock.js'
import { ThreadStoreError } from '../../src/store/errors.js'

/** Attempts at one thread before it is given up. */
const ATTEMPTS_MAX = 5

const PAUSE_FIRST_MS = 200
const PAUSE_MAX_MS = 10_000

/** Whether the same call may succeed later, as far as the error says. */
function isPassing(error: unknown): error is ThreadStoreError {
  if (ThreadStoreError.is(error, 'OUTCOME_UNKNOWN')) return true
  return ThreadStoreError.is(error, 'RETRYABLE') && error.details.reason !== 'aborted'
}

/** Whether the error says that a whole store is out of reach, rather than one thread. */
export function isOutage(error: unknown): boolean {
  if (ThreadStoreError.is(error, 'OUTCOME_UNKNOWN')) return true
  if (!ThreadStoreError.is(error, 'RETRYABLE')) return false
  return error.details.reason === 'unavailable' || error.details.reason === 'timeout'
}

/** Whether the store has no room for what was sent, be it for this thread only or for any. */
export function isFull(error: unknown): error is ThreadStoreError {
  return ThreadStoreError.is(error, 'RESOURCE_EXHAUSTED') && error.details.reason === 'storage-full'
}

/** How long to wait after a failed attempt, counted from 1: twice as long each time. */
function pauseAfter(attempt: number): number {
  return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (attempt - 1))
}

/** What `retrying` needs. */
interface RetryOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal
  readonly onRetry?: (attempt: number, pauseMs: number, error: ThreadStoreError) => void
}

/** Does something again while it fails in a way that may pass. `attempt` counts from 1. */
export async function retrying<T>(
  work: (attempt: number) => Promise<T>,
  { clock, signal, onRetry }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt)
    } catch (error) {
      if (!isPassing(error) || attempt === ATTEMPTS_MAX || signal?.aborted) throw error
      const pauseMs = pauseAfter(attempt)
      onRetry?.(attempt, pauseMs, error)
      await clock.sleep(pauseMs, signal)
    }
  }
}
