import { expect, test } from 'vitest'
import { systemIds } from '../../src/host/ids.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { takeInventory } from './inventory.js'
import { orderPlan } from './plan.js'
import { probeTarget } from './probe-target.js'

const metadata = { cwd: '/p', modelProvider: 'p', memoryMode: 'enabled' } as const

test('a probe says how long a plan takes and leaves nothing behind', async () => {
  await using source = openMemoryStore()
  await using target = openMemoryStore()
  const threadId = systemIds.newThreadId()
  await source.createThread({ threadId, source: 'cli', metadata })
  await source.shutdownThread({ threadId })
  const plan = orderPlan((await takeInventory({ source, target })).threads)
  let now = 0
  // Four threads take 100 ms each, what comes after them takes 300 ms.
  const times = [0, 400, 400, 800]
  const clock = {
    now: () => {
      now = times.shift() ?? now
      return now
    },
    sleep: async () => {},
  }
  const probe = await probeTarget(plan, { source, target, clock, ids: systemIds, jobs: 2 })
  const bytesPerSecond = Math.round((plan.bytesToSend * 1000) / 300)
  expect(probe).toEqual({ bytesPerSecond, msPerThread: 100, etaMs: 350 })
  for (const archived of [false, true]) {
    expect((await target.listThreads({ pageSize: 9, archived })).items).toEqual([])
  }
})

test('a plan that sends nothing needs no probe', async () => {
  await using store = openMemoryStore()
  const options = {
    source: store,
    target: store,
    ids: systemIds,
    clock: { now: () => 0, sleep: async () => {} },
    jobs: 1,
  }
  expect(await probeTarget(orderPlan([]), options)).toBeNull()
})
