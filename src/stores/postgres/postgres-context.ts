import type { Clock } from '../../host/clock.js'
import type { IdSource } from '../../host/ids.js'
import type { PostgresDriver } from '../../host/postgres.js'

/** What every operation of one handle works with. */
export interface PostgresContext {
  readonly driver: PostgresDriver
  /** Names the database in messages, without a password. */
  readonly server: string
  readonly namespace: string
  readonly clock: Clock
  readonly ids: IdSource
  /** Whether the database has the tables for turns, which came with schema version 2. */
  readonly projectsTurns: boolean
}
