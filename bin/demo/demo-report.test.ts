import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { run } from '../../conformance/index.js'
import { migrate, type ThreadOutcome } from '../../migrate/index.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { copyHome } from '../../test/support/homes.js'
import { openHome } from '../stores/open-store.js'
import { schemas } from '../schemas.js'
import { demoReport } from './demo-report.js'

test('the report of the demonstration is what its schema says', async () => {
  const home = await copyHome('0.131.0')
  await using source = await openHome(home)
  await using target = openMemoryStore()
  const outcomes: ThreadOutcome[] = []
  await migrate({
    source: source.store,
    target,
    clock: systemClock,
    ids: systemIds,
    onEvent: (event) => {
      if (event.type === 'finished') outcomes.push(event.outcome)
    },
  })
  const threads = await Promise.all(
    outcomes.map(async (outcome) => ({
      thread: await target.readThread({ threadId: outcome.threadId, includeArchived: true }),
      outcome,
      status: outcome.status,
      verdict: 'equal',
    })),
  )
  const open = async () => openMemoryStore()
  const conformance = await run({ name: 'memory', open }, { filter: 'append.order', seed: 1 })
  const scan = await source.store.scan()
  const report = demoReport({ home, folder: '/', scan, threads, conformance, durationMs: 1 })
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schemas['demo-report'] ?? false)
  expect({ valid: validate(report), errors: validate.errors }).toEqual({
    valid: true,
    errors: null,
  })
  expect(report).toMatchObject({
    scan: { threads: 9, findings: [{ code: 'ROW_PATH_STALE', count: 9 }] },
    conformance: { verdict: 'conformant', counts: { passed: 1 } },
  })
  expect(outcomes).toHaveLength(9)
})
