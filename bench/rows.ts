import type { BenchRow } from './row.js'
import { appendAndFlush } from './rows/append-and-flush.js'
import { conformanceWallClock } from './rows/conformance-wall-clock.js'
import { httpLoad } from './rows/http-load.js'
import { httpStore } from './rows/http-store.js'
import { localList, localReadWithTurns } from './rows/local-reads.js'
import { migrateAgain } from './rows/migrate-again.js'
import { migrateBesideCodex } from './rows/migrate-beside-codex.js'
import { migrateToPostgres } from './rows/migrate-to-postgres.js'
import { oneHugeThread } from './rows/one-huge-thread.js'
import { itemsSlope, threadsSlope } from './rows/slopes.js'

/** Everything that is measured, in the order of the table. */
export const benchRows: readonly BenchRow[] = [
  migrateToPostgres,
  migrateBesideCodex,
  migrateAgain,
  oneHugeThread,
  localList,
  localReadWithTurns,
  appendAndFlush,
  conformanceWallClock,
  httpStore,
  httpLoad,
  threadsSlope,
  itemsSlope,
]
