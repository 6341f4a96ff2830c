import type { Clock } from '../../../host/clock.js'
import { systemIds } from '../../../host/ids.js'
import { isMissingBytes } from '../rows/segment-rows.js'
import { codeOf, isConnectionError, isPreparationError } from './connection-error.js'

/** Waits between the attempts of a transaction that others keep rolling back, give or take a half. */
const CONTENTION_WAITS_MS = [10, 20, 40, 80, 160, 320, 640]

/**
 * Repeats what has changed nothing when it fails: a read, or a transaction. One that lost against
 * others is tried a few times, one whose connection broke once more on another.
 */
export async function retried<T>(
  clock: Clock,
  work: (contended: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await retriedWhileContended(clock, work)
  } catch (reason) {
    if (!isConnectionError(reason)) throw reason
    return retriedWhileContended(clock, work)
  }
}

/**
 * Repeats what lost against others, a few times; a connection that broke is the caller's business.
 * @param work - is told whether it has lost before
 */
export async function retriedWhileContended<T>(
  clock: Clock,
  work: (contended: boolean) => Promise<T>,
): Promise<T> {
  for (const [index, waitMs] of CONTENTION_WAITS_MS.entries()) {
    try {
      return await work(index > 0)
    } catch (reason) {
      if (!isContention(reason)) throw reason
      // Not all alike: those who met once would meet again.
      await clock.sleep(waitMs * (0.5 + randomFraction()))
    }
  }
  return work(true)
}

/** From 0 up to 1. */
function randomFraction(): number {
  return Buffer.from(systemIds.newToken(), 'base64url').readUInt16BE() / 0x1_00_00
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
