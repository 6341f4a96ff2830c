import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { altered, loosened } from './alter.js'
import { mutants } from './index.js'
import type { Mutant, MutantWorld } from './mutant.js'
import { memorySubject } from './memory-subject.js'
import { touching } from './touching.js'
import { type HandleMethod, type HandleUse, watched } from './watched.js'

const { supports } = openMemoryStore()

function touches(wrap: Mutant['wrap'], ...use: readonly HandleUse[]): boolean {
  return touching({ id: 'one', breaks: 'something', violates: 'LIFE-1', wrap }, supports)([use])
}

function handle(door: MutantWorld['door'], ...called: readonly HandleMethod[]): HandleUse {
  return { door, elsewhere: false, called: new Set(called) }
}

const silent = { readThread: () => new Promise<never>(() => {}) }
const deaf: Mutant['wrap'] = (store) =>
  altered(altered(store, silent), { close: () => Promise.resolve() })

test('what calls a method that is replaced is touched, however deep the decorator is', () => {
  expect(touches(deaf, handle('open', 'createThread', 'readThread'))).toBe(true)
  expect(touches(deaf, handle('open', 'close'))).toBe(true)
})

test('what calls only methods that are left alone is not touched', () => {
  expect(touches(deaf, handle('open', 'createThread', 'appendItems', 'listThreads'))).toBe(false)
})

test('disposing of a decorated store counts as a call of its own', () => {
  expect(touches(deaf, handle('open', 'dispose'))).toBe(true)
  expect(touches((store) => store, handle('open', 'dispose'))).toBe(false)
})

test('a method may be replaced at one door alone', () => {
  const late: Mutant['wrap'] = (store, world) =>
    world.door === 'reopen' ? deaf(store, world) : store
  expect(touches(late, handle('open', 'readThread'))).toBe(false)
  expect(touches(late, handle('open'), handle('reopen', 'readThread'))).toBe(true)
})

test('a method may be replaced from the third handle on', () => {
  const third: Mutant['wrap'] = (store, { memory }) => {
    memory.set('count', Number(memory.get('count') ?? 0) + 1)
    return memory.get('count') === 3 ? altered(store, silent) : store
  }
  const reading = handle('openSecond', 'readThread')
  expect(touches(third, handle('open', 'readThread'), reading)).toBe(false)
  expect(touches(third, handle('open', 'readThread'), reading, reading)).toBe(true)
})

test('what is opened in another process, or by a store that is called at once, is touched', () => {
  expect(touches((store) => store, { ...handle('reopen'), elsewhere: true })).toBe(true)
  const hasty: Mutant['wrap'] = (store) => {
    void store.listThreads({ pageSize: 1 })
    return store
  }
  expect(touches(hasty, handle('open'))).toBe(true)
})

test('a store that claims something else is touched', () => {
  const claims: ThreadStoreCapabilities = { ...supports, search: false }
  expect(touches((store) => ({ ...store, supports: claims }), handle('open'))).toBe(true)
})

test.each(mutants)('$id does nothing but in the methods it replaces', async ({ wrap }) => {
  let calls = 0
  const counting = altered(loosened(openMemoryStore()), {})
  const store = new Proxy(counting, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...params: readonly unknown[]): unknown => {
        calls += 1
        return (value as (...given: readonly unknown[]) => unknown)(...params)
      }
    },
  })
  const memory = new Map<string, unknown>()
  for (const door of ['open', 'openSecond', 'reopen'] as const) {
    for (const elsewhere of [false, true]) wrap(store, { door, elsewhere, memory })
  }
  await setImmediate()
  expect(calls).toBe(0)
})

test('a watched subject tells the handles of each storage, and what was called on them', async () => {
  const { subject, takeUses } = watched(memorySubject())
  const first = await subject.open({ scope: 'a' })
  const other = await subject.open({ scope: 'b' })
  await first.listThreads({ pageSize: 1 })
  await first.close()
  const again = await subject.reopen?.({ scope: 'a' })
  await again?.[Symbol.asyncDispose]()
  await other.close()
  expect(takeUses()).toEqual([
    [handle('open', 'listThreads', 'close'), handle('reopen', 'dispose')],
    [handle('open', 'close')],
  ])
  expect(takeUses()).toEqual([])
})
