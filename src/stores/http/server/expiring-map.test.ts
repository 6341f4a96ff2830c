import { expect, test } from 'vitest'
import { ExpiringMap } from './expiring-map.js'

function mapAt(time: { ms: number }): {
  readonly map: ExpiringMap<string>
  readonly expired: string[]
} {
  const expired: string[] = []
  const map = new ExpiringMap<string>({
    clock: { now: () => time.ms, sleep: () => Promise.resolve() },
    idleMs: 100,
    onExpired: async (value) => void expired.push(value),
  })
  return { map, expired }
}

test('an entry goes when nobody has used it for too long', async () => {
  const time = { ms: 0 }
  const { map, expired } = mapAt(time)
  map.add('a', 'A')
  map.add('b', 'B')
  time.ms = 90
  await map.use('b', async () => {})
  time.ms = 150
  await map.expire()
  expect(expired).toEqual(['A'])
  expect([map.get('a'), map.get('b'), map.size]).toEqual([undefined, 'B', 1])
})

test('an entry stays as long as it is being used', async () => {
  const time = { ms: 0 }
  const { map, expired } = mapAt(time)
  map.add('a', 'A')
  let finish = (): void => {}
  const promise = new Promise<void>((resolve) => {
    finish = resolve
  })
  const using = map.use('a', () => promise)
  time.ms = 500
  await map.expire()
  expect(expired).toEqual([])
  expect(map.takeOldest()).toBeUndefined()
  finish()
  await using
  await map.expire()
  expect(expired).toEqual([])
  time.ms = 601
  await map.expire()
  expect(expired).toEqual(['A'])
})

test('an entry that was taken is nobody’s any more', async () => {
  const { map, expired } = mapAt({ ms: 0 })
  map.add('a', 'A')
  const used = map.use('a', () => Promise.resolve(map.take('a')))
  expect(await used).toBe('A')
  expect(await map.use('a', () => Promise.resolve('used'))).toBeUndefined()
  await map.expire()
  expect([map.size, expired]).toEqual([0, []])
})

test('the entry that was used longest ago is the first to make room', async () => {
  const { map } = mapAt({ ms: 0 })
  for (const name of ['a', 'b', 'c']) map.add(name, name)
  await map.use('a', async () => {})
  expect([map.takeOldest(), map.takeOldest(), map.takeAll()]).toEqual(['b', 'c', ['a']])
})
