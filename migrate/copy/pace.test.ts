import { expect, test } from 'vitest'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { Pace, pacedSource } from './pace.js'

/** A clock that goes only while somebody sleeps. */
function sleepingClock(): { now(): number; sleep(ms: number): Promise<void> } {
  let now = 1_000
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
  }
}

test('bytes go at the rate that was asked for', async () => {
  const clock = sleepingClock()
  const pace = new Pace(clock, 1_000_000)
  const startedAt = clock.now()
  for (let megabytes = 0; megabytes < 10; megabytes += 0.1) await pace.spend(100_000)
  expect(clock.now() - startedAt).toBeGreaterThan(9_500)
  expect(clock.now() - startedAt).toBeLessThan(10_500)
})

test('time in which nothing was read is not made up for later', async () => {
  const clock = sleepingClock()
  const pace = new Pace(clock, 1_000_000)
  await clock.sleep(60_000)
  const startedAt = clock.now()
  await pace.spend(2_000_000)
  expect(clock.now() - startedAt).toBe(1_750)
})

test('nothing is read while it is paused', async () => {
  const clock = sleepingClock()
  const pace = new Pace(
    {
      ...clock,
      sleep: async (ms) => {
        await clock.sleep(ms)
        if (clock.now() > 5_000) pace.resume()
      },
    },
    null,
  )
  pace.pause()
  expect(pace.isPaused).toBe(true)
  await pace.spend(1)
  expect(clock.now()).toBeGreaterThan(5_000)
  expect(pace.isPaused).toBe(false)
})

test('a paced store gives the bytes it would give otherwise', async () => {
  await using store = openMemoryStore()
  const threadId = '019a0000-0000-7000-8000-000000000001'
  const metadata = { cwd: '/p', modelProvider: 'p', memoryMode: 'enabled' } as const
  await store.createThread({ threadId, source: 'cli', metadata })
  await store.shutdownThread({ threadId })
  const bytes = async (from: typeof store): Promise<string> => {
    const chunks: Uint8Array[] = []
    for (const rollout of (await from.exportThread({ threadId })).rollouts) {
      for await (const chunk of rollout.read()) chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString()
  }
  const paced = pacedSource(store, new Pace(sleepingClock(), 1))
  expect(await bytes(paced)).toBe(await bytes(store))
})
