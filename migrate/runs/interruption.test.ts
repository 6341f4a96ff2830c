import { expect, test } from 'vitest'
import type { Clock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { follow, type Stand } from './follow.js'
import { inspectPlan } from '../plan/inspect-plan.js'
import { migrate } from './run.js'
import { verify } from '../verify/verify.js'

const clock: Clock = { now: () => 0, sleep: async () => {} }
const ID = '019a0000-0000-7000-8000-000000000001'

async function filled(): Promise<ThreadStore> {
  const store = openMemoryStore()
  const metadata = { cwd: '/p', modelProvider: 'p' }
  await store.createThread({ threadId: ID, source: 'cli', metadata })
  await store.appendItems({ threadId: ID, items: [{ type: 'event_msg', payload: {} }] })
  await store.shutdownThread({ threadId: ID })
  return store
}

/** A store that somebody interrupts with its `nth` call of a method. */
function interruptedAt(
  store: ThreadStore,
  method: 'listThreads' | 'readThread' | 'exportThread',
  nth = 1,
): { source: ThreadStore; signal: AbortSignal } {
  const stop = new AbortController()
  let calls = 0
  const call = (params: never): Promise<never> => {
    calls += 1
    if (calls === nth) stop.abort()
    return store[method](params) as Promise<never>
  }
  return { source: { ...store, [method]: call }, signal: stop.signal }
}

test('a run that is interrupted while it looks what there is says so', async () => {
  const sides = { ...interruptedAt(await filled(), 'listThreads'), target: openMemoryStore() }
  expect(await migrate({ ...sides, clock, ids: systemIds })).toMatchObject({
    stopped: 'interrupted',
    run: null,
    plan: { threads: [] },
  })
})

test('a run that is interrupted in its last look has copied everything, and says so', async () => {
  const sides = { ...interruptedAt(await filled(), 'readThread'), target: openMemoryStore() }
  expect(await migrate({ ...sides, clock, ids: systemIds })).toMatchObject({
    stopped: 'interrupted',
    totals: { proven: 1 },
    left: 0,
  })
})

test('a comparison that is interrupted calls no thread unknown', async () => {
  const sides = { ...interruptedAt(await filled(), 'listThreads'), target: openMemoryStore() }
  const only = new Set([ID])
  expect(await verify({ ...sides, only })).toMatchObject({ stopped: 'interrupted', unknown: [] })
})

test('the reading of a plan that is interrupted gives what was read', async () => {
  const store = await filled()
  const target = openMemoryStore()
  const { plan } = await migrate({ source: store, target, clock, ids: systemIds, dryRun: true })
  const sides = { ...interruptedAt(store, 'exportThread'), target }
  expect(await inspectPlan(plan, { ...sides, jobs: 2, onRead: () => {} })).toEqual({
    threads: [],
    unreadable: [],
    stopped: 'interrupted',
  })
})

test('following that is told to stop while it looks ends as it stood', async () => {
  // Each look lists the source twice, the active threads and the archived ones.
  const sides = { ...interruptedAt(await filled(), 'listThreads', 3), target: openMemoryStore() }
  const told: Stand[] = []
  const onStand = (stand: Stand): unknown => told.push(stand)
  const { stopped, stand, totals } = await follow({ ...sides, clock, ids: systemIds, onStand })
  expect({ stopped, totals }).toMatchObject({ stopped: null, totals: { proven: 1 } })
  expect(told).toEqual([stand])
})

test('a run that cannot tell anybody any more ends, with nothing under way', async () => {
  const source = await filled()
  const target = openMemoryStore()
  const onEvent = ({ type }: { type: string }): void => {
    if (type === 'started') throw new Error('no space left')
  }
  await expect(migrate({ source, target, clock, ids: systemIds, onEvent })).rejects.toThrow(
    'no space left',
  )
  expect((await target.listThreads({ pageSize: 10 })).items).toEqual([])
})
