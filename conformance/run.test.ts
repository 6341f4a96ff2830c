import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Clock } from '../src/host/clock.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import type { ConformanceCase } from './case.js'
import { run, startRun } from './run.js'

const subjectOf = (store: () => unknown): { name: string; open: () => Promise<ThreadStore> } => ({
  name: 'a store that is being written',
  open: async () => store() as ThreadStore,
})

test.each([
  ['nothing', () => undefined, 'supports, close'],
  ['an empty object', () => ({}), 'supports, close'],
  ['a store that claims null', () => ({ ...openMemoryStore(), supports: null }), 'supports'],
  ['a store that cannot be closed', () => ({ supports: {} }), 'close'],
])('%s is no store, and what it lacks is named', async (_, store, lacks) => {
  const { problem } = await startRun(subjectOf(store))
  expect(problem).toBe(`open() gave no ThreadStore: it lacks ${lacks}`)
})

test('a method that is not written yet is named by what needs it', async () => {
  const store = (): unknown => ({ ...openMemoryStore(), appendItems: undefined })
  const options = { filter: 'append.order', likenesses: false }
  const { verdict, cases } = await run(subjectOf(store), options)
  expect(verdict).toBe('non-conformant')
  expect(cases[0]?.failure?.message).toContain('the store has no method appendItems')
})

test('a claim that says nothing is named', async () => {
  const claimed = { ...openMemoryStore().supports, durability: 'forever' }
  const { problem } = await startRun(subjectOf(() => ({ ...openMemoryStore(), supports: claimed })))
  expect(problem).toContain('gave no ThreadStore: supports/durability must be equal to one of')
})

test('what is refused when the subject is opened is told with its message', async () => {
  const subject = subjectOf(() => {
    throw new TypeError('no such host')
  })
  expect((await startRun(subject)).problem).toBe('open() failed: TypeError: no such host')
})

/** Time passes as soon as nobody has anything to do; notes how long it was waited for. */
function hasty(waits: number[]): Clock {
  return {
    now: () => 0,
    sleep: async (ms) => {
      waits.push(ms)
      for (let turn = 0; turn < 10; turn += 1) await setImmediate()
    },
  }
}

test('a store that never closes is given up', async () => {
  const store = (): unknown => ({ ...openMemoryStore(), close: () => new Promise(() => {}) })
  const { problem } = await startRun(subjectOf(store), { clock: hasty([]) })
  expect(problem).toBe('close() failed: CaseTimeout: did not end within 60000 ms')
})

test('a case has its own time and no more, and what it hangs in is closed and removed', async () => {
  const waits: number[] = []
  const removed: string[] = []
  const hang = (): Promise<void> => new Promise(() => {})
  const facts = { requirements: ['LIFE-1'], set: 'smoke', run: hang } as const
  const cases: readonly ConformanceCase[] = [
    { ...facts, id: 'a.case', title: 'a case' },
    { ...facts, id: 'a.law', title: 'a law', kind: 'law' },
  ]
  const subject = {
    ...subjectOf(openMemoryStore),
    limits: { caseTimeoutMs: 100 },
    destroy: async ({ scope }: { readonly scope: string }) => void removed.push(scope),
  }
  const options = { cases, clock: hasty(waits), likenesses: false, budgetMs: 5_000 }
  const report = await run(subject, options)
  expect(report.cases.map(({ failure }) => failure?.kind)).toEqual(['timeout', 'timeout'])
  expect(waits.slice(-2)).toEqual([100, 5_100])
  // One of them is the storage that was opened to ask what the store claims.
  expect(removed).toHaveLength(3)
})

test('an entry of the baseline for a case that is none is stale', async () => {
  const entry = { reason: 'r', link: 'l', expires: '9999-12-31', signature: '0123456789ab' }
  const baseline = ['append.oder', 'law.any-calls'].map((id) => ({ ...entry, case: id }))
  const subject = subjectOf(openMemoryStore)
  const { staleBaseline, verdict } = await run(subject, { filter: 'append.order', baseline })
  expect(staleBaseline).toEqual(['append.oder: there is no such case; remove the entry'])
  expect(verdict).toBe('non-conformant')
})
