import type { PostgresDriver, PostgresSession } from '../../../host/postgres.js'

/** A driver whose statements run through what `change` makes of each session. */
export function changeSessions(
  driver: PostgresDriver,
  change: (session: PostgresSession) => PostgresSession,
): PostgresDriver {
  return {
    durable: driver.durable,
    holdsKeys: driver.holdsKeys,
    ...change(driver),
    transaction: (mode, work) => driver.transaction(mode, (session) => work(change(session))),
    hold: (key) => driver.hold(key),
    isHeld: (session, key) => driver.isHeld(session, key),
    close: () => driver.close(),
  }
}
