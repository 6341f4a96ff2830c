import fc from 'fast-check'
import { applyPatch, mergePatch } from '../../src/store/metadata-patch.js'
import { creating } from '../build/params.js'
import type { ConformanceCase } from '../case.js'
import { equal } from '../expect.js'
import { law } from '../law.js'
import { recordOf } from '../observe.js'
import { anyPatch } from './arbitraries.js'

const sameTimes = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' }

/** Laws of patches. */
export const patchLaws: readonly ConformanceCase[] = [
  law({
    id: 'law.patch-is-literal',
    title: 'any sequence of patches ends where applying them by the book ends',
    requirements: ['META-11'],
    set: 'core',
    inputs: () => fc.array(anyPatch, { minLength: 1, maxLength: 4 }),
    holds: async (context, store, patches) => {
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      await store.persistThread({ threadId })
      const { history: _history, rollouts: _rollouts, ...before } = await recordOf(store, threadId)
      let expected = before
      for (const patch of patches) {
        await store.updateThreadMetadata({ threadId, patch })
        expected = applyPatch(expected, patch)
      }
      equal(await recordOf(store, threadId), { ...expected, history: null, rollouts: null })
    },
  }),
  law({
    id: 'law.patch-merge',
    title: 'any two patches one after the other equal their merge',
    requirements: ['META-12'],
    set: 'core',
    inputs: () => fc.tuple(anyPatch, anyPatch),
    holds: async (context, store, [first, next]) => {
      const [one, other] = [context.threadId(), context.threadId()]
      for (const threadId of [one, other]) {
        await store.createThread(creating(threadId))
        await store.persistThread({ threadId })
        await store.updateThreadMetadata({ threadId, patch: sameTimes })
      }
      await store.updateThreadMetadata({ threadId: one, patch: first })
      await store.updateThreadMetadata({ threadId: one, patch: next })
      await store.updateThreadMetadata({ threadId: other, patch: mergePatch(first, next) })
      const merged = await recordOf(store, other)
      const { rolloutPath, threadId } = await recordOf(store, one)
      equal(await recordOf(store, one), { ...merged, rolloutPath, threadId })
    },
  }),
]
