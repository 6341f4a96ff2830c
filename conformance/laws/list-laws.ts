import fc from 'fast-check'
import type { ListThreadsParams } from '../../src/store/params.js'
import { compareThreads, matchesThreadQuery, threadQuery } from '../../src/store/thread-filter.js'
import { at } from '../build/items.js'
import { creating } from '../build/params.js'
import type { ConformanceCase } from '../case.js'
import { equal } from '../expect.js'
import { law } from '../law.js'
import { listed } from '../observe.js'

/** Few values, so that threads share them. */
const thread = fc.record({
  created: fc.nat({ max: 2 }),
  updated: fc.nat({ max: 2 }),
  source: fc.constantFrom('cli', 'exec', { custom: 'atlas' }),
  provider: fc.constantFrom('openai', 'azure'),
  cwd: fc.constantFrom('/a', '/a/', '/b'),
  name: fc.constantFrom(null, 'Needle', 'need_le 100%'),
  archived: fc.boolean(),
})

/** Any query of a list, as far as those threads tell them apart. */
export const anyQuery: fc.Arbitrary<Omit<ListThreadsParams, 'pageSize'>> = fc.record(
  {
    sortKey: fc.constantFrom('createdAt', 'updatedAt'),
    sortDirection: fc.constantFrom('asc', 'desc'),
    allowedSources: fc.subarray(['cli', { custom: 'atlas' }]),
    modelProviders: fc.subarray(['openai', 'nobody']),
    cwdFilters: fc.subarray(['/a', '/b']),
    searchTerm: fc.constantFrom('needle', 'd_', '0%'),
    archived: fc.boolean(),
  },
  { requiredKeys: [], noNullPrototype: true },
)

/** Laws of lists. */
export const listLaws: readonly ConformanceCase[] = [
  law({
    id: 'law.pages-partition',
    title: 'the pages of any list are the threads that match, each once, in order',
    requirements: ['LIST-5'],
    set: 'core',
    inputs: () =>
      fc.record({
        threads: fc.array(thread, { maxLength: 7 }),
        query: anyQuery,
        pageSize: fc.integer({ min: 1, max: 4 }),
      }),
    holds: async (context, store, { threads, query: params, pageSize }) => {
      for (const { created, updated, source, provider, cwd, name, archived } of threads) {
        const threadId = context.threadId()
        const metadata = { cwd, modelProvider: provider }
        await store.createThread(creating(threadId, { source, metadata }))
        await store.persistThread({ threadId })
        await store.shutdownThread({ threadId })
        const patch = { name, createdAt: at(created), updatedAt: at(updated) }
        await store.updateThreadMetadata({ threadId, patch })
        if (archived) await store.archiveThread({ threadId })
      }
      const all = [...(await listed(store)), ...(await listed(store, { archived: true }))]
      equal(all.length, threads.length, 'both lists together hold every thread')
      const wanted = threadQuery({ pageSize, ...params })
      const expected = all
        .filter((record) => matchesThreadQuery(record, wanted))
        .toSorted((a, b) => compareThreads(a, b, wanted))
      equal(await listed(store, { ...params, pageSize }), expected)
    },
  }),
]
