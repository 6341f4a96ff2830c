import { expect, test } from 'vitest'
import type { ConflictPolicy, MigrationResult } from '../../migrate/index.js'
import { ThreadStoreError } from '../../src/index.js'
import { migrationExitCode } from './migration-exit-code.js'

const none = { proven: 0, already: 0, appended: 0, busy: 0, conflict: 0, failed: 0 }
const outage = new ThreadStoreError('RETRYABLE', 'refused', { reason: 'unavailable' })

interface Facts {
  readonly totals?: Partial<MigrationResult['totals']>
  readonly planned?: number
  readonly left?: number
  readonly changed?: readonly string[]
  readonly stopped?: MigrationResult['stopped']
  readonly onConflict?: ConflictPolicy
}

test.each<[string, number, Facts]>([
  ['everything is proven', 0, { totals: { proven: 2 }, planned: 2 }],
  ['nothing was left to do', 0, { totals: { already: 2 } }],
  ['a thread failed', 1, { totals: { proven: 1, failed: 1, busy: 1 }, planned: 3 }],
  ['a thread conflicts', 1, { totals: { conflict: 1 }, planned: 1 }],
  ['conflicts are skipped', 5, { totals: { conflict: 1 }, planned: 1, onConflict: 'skip' }],
  ['a thread is busy', 5, { totals: { proven: 1, busy: 1 }, planned: 2 }],
  ['a thread went on meanwhile', 5, { totals: { proven: 1 }, planned: 1, changed: ['x'] }],
  ['a store went away', 3, { totals: { failed: 1 }, planned: 2, left: 1, stopped: outage }],
  ['it was interrupted', 130, { totals: { failed: 1 }, left: 1, stopped: 'interrupted' }],
  ['the source holds no thread', 6, {}],
  ['the time was up before a thread was found', 5, { stopped: 'time-limit' }],
])('%s: exit code %d', (_, code, facts) => {
  const { totals = {}, planned = 0, left = 0, changed = [], stopped = null } = facts
  const { onConflict = 'fail' } = facts
  const threads = Array.from({ length: planned }) as MigrationResult['plan']['threads']
  const plan = { threads, byteCount: 0, bytesToRead: 0, bytesToSend: 0 }
  expect(
    migrationExitCode(
      { totals: { ...none, ...totals }, plan, left, review: { changed, findings: [] }, stopped },
      onConflict,
    ),
  ).toBe(code)
})
