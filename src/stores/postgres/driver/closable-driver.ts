import type { PostgresDriver } from '../../../host/postgres.js'
import { storeClosed } from '../../../store/errors.js'

/**
 * The driver of one handle. Closing it refuses what would begin, waits for what has begun, and then
 * lets go of the driver behind it, which others may be using.
 */
export function closableDriver(
  driver: PostgresDriver,
  release: () => Promise<void>,
): PostgresDriver {
  const running = new Set<Promise<unknown>>()
  let isClosed = false
  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (isClosed) throw storeClosed()
    const result = work()
    running.add(result)
    try {
      return await result
    } finally {
      running.delete(result)
    }
  }
  return {
    durable: driver.durable,
    holdsKeys: driver.holdsKeys,
    query: (sql, params, options) => run(() => driver.query(sql, params, options)),
    transaction: (mode, work) => run(() => driver.transaction(mode, work)),
    hold: (key) => driver.hold(key),
    isHeld: (session, key) => driver.isHeld(session, key),
    async close() {
      isClosed = true
      await Promise.allSettled(running)
      await release()
    },
  }
}
