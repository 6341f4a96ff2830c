import { expect, test } from 'vitest'
import type { ThreadStore } from '../src/store/thread-store.js'
import { openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import { run, startRun } from './run.js'

const subjectOf = (store: () => unknown): { name: string; open: () => Promise<ThreadStore> } => ({
  name: 'a store that is being written',
  open: async () => store() as ThreadStore,
})

test.each([
  ['nothing', () => undefined, 'supports, close'],
  ['an empty object', () => ({}), 'supports, close'],
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
