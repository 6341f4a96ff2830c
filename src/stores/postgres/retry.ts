import type { Clock } from '../../host/clock.js'
import { codeOf, isConnectionError, isPreparationError } from './connection-error.js'

/** Waits between the attempts of a transaction that others keep rolling back. */
const CONTENTION_WAITS_MS = [10, 40, 160, 640]

/**
 * Repeats what has changed nothing when it fails: a read, or a transaction. One that lost against
 * others is tried a few times, one whose connection broke once more on another.
 */
export async function retried<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  let isReconnected = false
  for (let contentions = 0; ;) {
    try {
      return await work()
    } catch (reason) {
      if (isConnectionError(reason) && !isReconnected) {
        isReconnected = true
        continue
      }
      const waitMs = isContention(reason) ? CONTENTION_WAITS_MS[contentions] : undefined
      if (waitMs === undefined) throw reason
      contentions += 1
      await clock.sleep(waitMs)
    }
  }
}

/** Serialization failure, deadlock, and a statement that has to be sent in another way. */
function isContention(reason: unknown): boolean {
  const code = codeOf(reason)
  return code === '40001' || code === '40P01' || isPreparationError(reason)
}
