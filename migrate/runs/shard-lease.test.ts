import { expect, test } from 'vitest'
import { systemClock } from '../../src/host/clock.js'
import { MemoryStorage, openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { leaseId, leaseShard } from './shard-lease.js'

const shard = { number: 1, of: 2 }

test('a shard is leased to one at a time, and again when it was given back', async () => {
  const storage = new MemoryStorage()
  await using here = openMemoryStore({ storage })
  await using there = openMemoryStore({ storage })
  const lease = { clock: systemClock, shard, of: '/srv/homes', facts: { host: 'a' } }
  const held = await leaseShard({ ...lease, target: here })
  await expect(leaseShard({ ...lease, target: there })).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { reason: 'already-live' },
  })
  await using _other = await leaseShard({ ...lease, target: there, shard: { number: 2, of: 2 } })
  await held[Symbol.asyncDispose]()
  await using _again = await leaseShard({ ...lease, target: there })
  expect((await there.listThreads({ pageSize: 9, archived: true })).items).toHaveLength(2)
})

test('each part of each source has a lease of its own', () => {
  const ids = [
    leaseId('/a', shard),
    leaseId('/b', shard),
    leaseId('/a', { number: 2, of: 2 }),
    leaseId('/a', { number: 1, of: 3 }),
  ]
  expect(new Set(ids).size).toBe(4)
  expect(leaseId('/a', shard)).toBe(ids[0])
})
