import { materializes } from '../claims.js'
import { afterwards, altered, remembered } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = materializes('lazy')

/** Defects of lazy stores. */
export const lazyMutants: readonly Mutant[] = [
  {
    id: 'lazy-is-eager',
    breaks: 'a thread of a lazy store is there for every handle at once',
    violates: 'LIFE-20',
    mayAlsoBreak: ['LIFE-21'],
    needs,
    wrap: (store) =>
      afterwards(store, { createThread: ({ threadId }) => store.persistThread({ threadId }) }),
  },
  {
    id: 'unused-threads-are-left-behind',
    breaks: 'shutting down a thread that was never used materialises it',
    violates: 'LIFE-21',
    needs,
    wrap: (store) =>
      altered(store, {
        shutdownThread: async (params) => {
          await store.persistThread(params)
          await store.shutdownThread(params)
        },
      }),
  },
  {
    id: 'discarded-drafts-keep-their-id',
    breaks: 'the id of a thread that was never used and discarded cannot be used again',
    violates: 'LIFE-21',
    needs,
    wrap: (store, world) => {
      const used = remembered(world, 'used', () => new Set<string>())
      return afterwards(store, {
        discardThread: ({ threadId }) => used.add(threadId),
        createThread: async (params) => {
          if (used.has(params.threadId)) await store.discardThread(params)
        },
      })
    },
  },
]
