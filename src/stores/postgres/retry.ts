import type { Clock } from '../../host/clock.js'
import { isMissingBytes } from './segment-rows.js'
import { codeOf, isConnectionError, isPreparationError } from './connection-error.js'

/** Waits between the attempts of a transaction that others keep rolling back. */
const CONTENTION_WAITS_MS = [10, 40, 160, 640]

/**
 * Repeats what has changed nothing when it fails: a read, or a transaction. One that lost against
 * others is tried a few times, one whose connection broke once more on another.
 */
export async function retried<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  try {
    return await retriedWhileContended(clock, work)
  } catch (reason) {
    if (!isConnectionError(reason)) throw reason
    return retriedWhileContended(clock, work)
  }
}

/** Repeats what lost against others, a few times; a connection that broke is the caller's business. */
export async function retriedWhileContended<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (const waitMs of CONTENTION_WAITS_MS) {
    try {
      return await work()
    } catch (reason) {
      if (!isContention(reason)) throw reason
      await clock.sleep(waitMs)
    }
  }
  return work()
}

/**
 * Serialization failure, deadlock, bytes that are not there yet, and a statement that has to be sent
 * in another way.
 */
function isContention(reason: unknown): boolean {
  const code = codeOf(reason)
  if (code === '40001' || code === '40P01') return true
  return isPreparationError(reason) || isMissingBytes(reason)
}
