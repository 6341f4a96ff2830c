import { systemClock } from '../src/host/clock.js'
import type { PostgresDriver } from '../src/host/postgres.js'
import { openPgDriver } from '../src/stores/postgres/driver/pg-driver.js'

const CONNECTIONS = 3

/**
 * What a pooler in transaction mode makes of a server: each statement and each transaction has another
 * connection than the one before it, and that one has forgotten everything.
 */
export async function openTransactionPool(url: string): Promise<PostgresDriver> {
  const opening = Array.from({ length: CONNECTIONS }, () =>
    openPgDriver({ url, clock: systemClock, connectionsMax: 1 }),
  )
  const drivers = await Promise.all(opening)
  const [first] = drivers
  if (first === undefined) throw new RangeError('a pool needs a connection')
  let last = 0
  const next = async (): Promise<PostgresDriver> => {
    last += 1
    const driver = drivers[last % drivers.length] ?? first
    await driver.query('DISCARD ALL')
    return driver
  }
  return {
    durable: first.durable,
    holdsKeys: false,
    query: async (sql, params, options) => (await next()).query(sql, params, options),
    transaction: async (mode, work) => (await next()).transaction(mode, work),
    hold: () => Promise.resolve(async () => {}),
    isHeld: (session, key) => first.isHeld(session, key),
    async close() {
      await Promise.all(drivers.map((driver) => driver.close()))
    },
  }
}
