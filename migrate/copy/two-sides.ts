import type { ThreadExport } from '../../src/store/raw-history.js'
import type { StoredThread } from '../../src/store/records.js'
import type { Leg, Obstacle } from './open-leg.js'

/** A thread that both sides have. */
export interface TwoSides {
  readonly exported: ThreadExport
  readonly stored: StoredThread
  /** Rollouts that go on from what the target holds. Whoever opens another leg adds it. */
  readonly legs: Leg[]
  /** Rollouts that do not. */
  readonly obstacles: readonly Obstacle[]
}
