import type { ThreadId } from '../../src/protocol/thread-id.js'
import type { StoreVerb, ThreadStore } from '../../src/store/thread-store.js'
import { type Claim, claims } from '../claims.js'
import { chunksOf } from './chunks.js'
import { bareImport } from './imports.js'
import { messages } from './items.js'
import { creating } from './params.js'

const special: Partial<Record<StoreVerb, (threadId: ThreadId) => object>> = {
  createThread: creating,
  appendItems: (threadId) => ({ threadId, items: messages(1) }),
  listThreads: () => ({ pageSize: 10 }),
  searchThreads: () => ({ pageSize: 10, searchTerm: 'message' }),
  listTurns: (threadId) => ({ threadId, pageSize: 10 }),
  listItems: (threadId) => ({ threadId, pageSize: 10 }),
  updateThreadMetadata: (threadId) => ({ threadId, patch: { name: 'patched' } }),
  revertThread: (threadId) => ({
    threadId,
    base: { rolloutId: threadId, endOrdinalExclusive: 1 },
  }),
  importThread: (threadId) => bareImport(threadId, chunksOf('')),
}

/** Well-formed params of a verb for a thread. */
export function paramsFor(verb: StoreVerb, threadId: ThreadId): Record<string, unknown> {
  const params = special[verb]
  return params === undefined ? { threadId } : { ...params(threadId) }
}

/** What a store has to claim for a verb to be its to answer; absent for those every store has. */
export const claimOf: Partial<Record<StoreVerb, Claim>> = {
  searchThreads: claims('search'),
  listTurns: claims('turns'),
  listItems: claims('items'),
  deleteThread: claims('delete'),
  revertThread: claims('lineage'),
  exportThread: claims('rawHistory'),
  importThread: claims('rawHistory'),
  historyDigest: claims('rawHistory'),
}

/** A call with params that need not be what the verb’s type says. */
export function callWith(store: ThreadStore, verb: StoreVerb, params: unknown): Promise<unknown> {
  return (store[verb] as (params: unknown) => Promise<unknown>)(params)
}
