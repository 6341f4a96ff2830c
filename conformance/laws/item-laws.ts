import fc from 'fast-check'
import { creating } from '../build/params.js'
import type { ConformanceCase } from '../case.js'
import { equal } from '../expect.js'
import { law } from '../law.js'
import { conversationOf, recordOf } from '../observe.js'
import { anyItem } from './arbitraries.js'

/** Laws of histories. */
export const itemLaws: readonly ConformanceCase[] = [
  law({
    id: 'law.round-trip',
    title: 'any items come back deep-equal and in order',
    requirements: ['VAL-1'],
    set: 'core',
    inputs: () => fc.array(fc.array(anyItem, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    holds: async (context, store, batches) => {
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      for (const items of batches) await store.appendItems({ threadId, items })
      await store.persistThread({ threadId })
      equal(await conversationOf(store, threadId), batches.flat())
    },
  }),
  law({
    id: 'law.append-leaves-record',
    title: 'no items whatever change the record',
    requirements: ['APPEND-5'],
    set: 'core',
    inputs: () => fc.array(anyItem, { minLength: 1, maxLength: 6 }),
    holds: async (context, store, items) => {
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      await store.persistThread({ threadId })
      const before = await recordOf(store, threadId)
      await store.appendItems({ threadId, items })
      equal(await recordOf(store, threadId), before)
    },
  }),
  law({
    id: 'law.interleaving',
    title: 'however calls on several threads interleave, each keeps its own order',
    requirements: ['CONC-5'],
    set: 'core',
    inputs: () =>
      fc.array(fc.tuple(fc.nat({ max: 2 }), fc.array(anyItem, { minLength: 1, maxLength: 3 })), {
        minLength: 1,
        maxLength: 12,
      }),
    holds: async (context, store, writes) => {
      const ids = [context.threadId(), context.threadId(), context.threadId()]
      for (const threadId of ids) {
        await store.createThread(creating(threadId))
        await store.persistThread({ threadId })
      }
      // One chain per thread; the chains run beside each other.
      const chains = ids.map(async (threadId, index) => {
        for (const [target, items] of writes) {
          if (target === index) await store.appendItems({ threadId, items })
        }
      })
      await Promise.all(chains)
      for (const [index, threadId] of ids.entries()) {
        const expected = writes.flatMap(([target, items]) => (target === index ? items : []))
        equal(await conversationOf(store, threadId), expected)
      }
    },
  }),
]
