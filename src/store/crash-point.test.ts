import { expect, test } from 'vitest'
import { CrashTrigger, type CrashPoint } from './crash-point.js'
import { type ThreadStore, storeVerbs } from './thread-store.js'

class Ended extends Error {}

/** What happens, in order, to a store whose process ends at `point`. */
async function happens(point: CrashPoint): Promise<string[]> {
  const events: string[] = []
  const trigger = new CrashTrigger(() => {
    events.push('ends')
    throw new Ended()
  })
  const verbs = storeVerbs.map((verb) => [
    verb,
    async () => {
      events.push(verb)
    },
  ])
  const plain = Object.fromEntries(verbs) as ThreadStore
  const store = trigger.watched(plain)
  trigger.set(point)
  for (const verb of ['persistThread', 'flushThread', 'discardThread'] as const) {
    await store[verb]({ threadId: '0190' }).catch(() => events.push('no answer'))
    events.push('next')
  }
  return events
}

test('a process ends before the store is asked', async () => {
  const events = await happens({ calls: 2, at: 'received' })
  expect(events.slice(0, 4)).toEqual(['persistThread', 'next', 'ends', 'no answer'])
})

test('a process ends when the store has answered, before anybody hears of it', async () => {
  const events = await happens({ calls: 1, at: 'before-reply' })
  expect(events.slice(0, 3)).toEqual(['persistThread', 'ends', 'no answer'])
})

test('a watched store is closed like any other', async () => {
  const events: string[] = []
  const plain = {
    close: async () => void events.push('close'),
    [Symbol.asyncDispose]: async () => void events.push('dispose'),
  } as unknown as ThreadStore
  const store = new CrashTrigger(() => {}).watched(plain)
  await store.close()
  await store[Symbol.asyncDispose]()
  expect(events).toEqual(['close', 'dispose'])
})

test('a process without a point goes on', async () => {
  const events = await happens({ calls: 4, at: 'received' })
  expect(events).not.toContain('ends')
})
