import { expect, test } from 'vitest'
import { AnswerCache } from './answer-cache.js'

function cacheAt(time: { ms: number }, entriesMax = 10): AnswerCache {
  const clock = { now: () => time.ms, sleep: () => Promise.resolve() }
  return new AnswerCache({ clock, keptMs: 1_000, entriesMax, charsMax: 100 })
}

function counted(): { readonly make: () => Promise<{ status: number; body: null }>; made: number } {
  const counter = {
    made: 0,
    make: () => {
      counter.made += 1
      return Promise.resolve({ status: 200 + counter.made, body: null })
    },
  }
  return counter
}

test('what is asked for twice is made once, also while it is being made', async () => {
  const cache = cacheAt({ ms: 0 })
  const counter = counted()
  const answers = await Promise.all([cache.once('a', counter.make), cache.once('a', counter.make)])
  expect(answers.map(({ status }) => status)).toEqual([201, 201])
  expect((await cache.once('a', counter.make)).status).toBe(201)
  expect((await cache.once('b', counter.make)).status).toBe(202)
})

test('an answer is forgotten after a while', async () => {
  const time = { ms: 0 }
  const cache = cacheAt(time)
  const counter = counted()
  await cache.once('a', counter.make)
  time.ms = 1_001
  await cache.once('b', counter.make)
  await cache.once('a', counter.make)
  expect(counter.made).toBe(3)
})

test('the oldest answers make room for new ones', async () => {
  const cache = cacheAt({ ms: 0 }, 2)
  const counter = counted()
  for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await cache.once(key, counter.make)
  expect(counter.made).toBe(4)
})

test('a change that takes longer than answers are kept is made once', async () => {
  const time = { ms: 0 }
  const cache = cacheAt(time)
  const counter = counted()
  let finish = (): void => {}
  const slow = new Promise<void>((resolve) => {
    finish = resolve
  })
  const first = cache.once('slow', () => slow.then(counter.make))
  time.ms = 5_000
  await cache.once('other', counter.make)
  const again = cache.once('slow', counter.make)
  finish()
  expect(await again).toBe(await first)
  expect(counter.made).toBe(2)
})

test('answers make room for new ones by their size', async () => {
  const cache = cacheAt({ ms: 0 })
  let made = 0
  const large = (): Promise<{ status: number; body: string }> => {
    made += 1
    return Promise.resolve({ status: 200, body: 'x'.repeat(60) })
  }
  for (const key of ['a', 'b', 'b', 'a']) await cache.once(key, large)
  expect(made).toBe(3)
})
