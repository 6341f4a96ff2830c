import type { CapabilityFlag } from '../../src/store/capabilities.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'
import { callWith, claimOf, paramsFor } from '../build/calls.js'
import { creating } from '../build/params.js'
import { coldThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims, lacks } from '../claims.js'
import { equal, outcomeOf, rejects } from '../expect.js'
import { listedIds, observing } from '../observe.js'

const flags: Partial<Record<StoreVerb, CapabilityFlag>> = {
  searchThreads: 'search',
  listTurns: 'turns',
  listItems: 'items',
  deleteThread: 'delete',
  revertThread: 'lineage',
  exportThread: 'rawHistory',
  importThread: 'rawHistory',
  historyDigest: 'rawHistory',
}

const guarded = storeVerbs.flatMap((verb) => {
  const flag = flags[verb]
  return flag === undefined ? [] : [{ verb, flag }]
})

/** Params that a claim has to stand behind, with the calls they are params of. */
const guardedParams: readonly {
  readonly id: string
  readonly flag: CapabilityFlag
  readonly call: (store: ThreadStore, threadId: string, unused: string) => Promise<unknown>
}[] = [
  {
    id: 'createThread.base',
    flag: 'lineage',
    call: (store, threadId, unused) =>
      store.createThread(
        creating(unused, { base: { rolloutId: threadId, endOrdinalExclusive: 1 } }),
      ),
  },
  {
    id: 'readThread.includeRollouts',
    flag: 'rawHistory',
    call: (store, threadId) => store.readThread({ threadId, includeRollouts: true }),
  },
  {
    id: 'listThreads.includeRollouts',
    flag: 'rawHistory',
    call: (store) => store.listThreads({ pageSize: 10, includeRollouts: true }),
  },
]

/** Claims, and what behaviour says of them: both arms of every capability. */
export const capabilityCases: readonly ConformanceCase[] = [
  {
    id: 'cap.constant',
    title: 'supports is the same for every handle, and after calls and close',
    requirements: ['CAP-1'],
    set: 'smoke',
    run: async (context, store) => {
      const before = structuredClone(store.supports)
      await coldThread(context, store)
      equal(store.supports, before, 'after calls')
      const fresh = await context.fresh()
      equal(fresh.supports, before, 'another handle')
      await store.close()
      equal(store.supports, before, 'after close')
    },
  },
  ...guarded.map(({ verb, flag }): ConformanceCase => ({
    id: `cap.claimed.${verb}`,
    title: `a store that claims ${flag} does not refuse ${verb} as unsupported`,
    requirements: ['CAP-2'],
    set: 'smoke',
    requires: claimOf[verb] ?? claims(flag),
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { historyMode: 'paginated' })
      const params = paramsFor(verb, verb === 'importThread' ? context.threadId() : threadId)
      const outcome = await outcomeOf(callWith(store, verb, params))
      equal('resolved' in (outcome as object), true, `${verb}: ${JSON.stringify(outcome)}`)
    },
  })),
  ...guarded.map(({ verb, flag }): ConformanceCase => ({
    id: `cap.unclaimed.${verb}`,
    title: `a store that does not claim ${flag} refuses ${verb} before any effect`,
    requirements: ['CAP-3'],
    requires: lacks(flag),
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const unknown = context.threadId()
      const unchanged = observing(store, threadId, unknown)
      for (const id of [threadId, unknown]) {
        await rejects(
          () => callWith(store, verb, paramsFor(verb, id)),
          'UNSUPPORTED not-claimed',
          unchanged,
        )
      }
    },
  })),
  ...guardedParams.map(({ id, flag, call }): ConformanceCase => ({
    id: `cap.unclaimed.${id}`,
    title: `a store that does not claim ${flag} refuses ${id} before any effect`,
    requirements: ['CAP-4'],
    requires: lacks(flag),
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const unused = context.threadId()
      await rejects(
        () => call(store, threadId, unused),
        'UNSUPPORTED not-claimed',
        observing(store, threadId, unused),
      )
    },
  })),
  {
    id: 'cap.storages-apart',
    title: 'what is stored in one storage is invisible in every other',
    requirements: ['CAP-5'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: { name: 'here' } })
      const elsewhere = await context.fresh()
      equal(await listedIds(elsewhere), [])
      await rejects(() => elsewhere.readThread({ threadId }), 'THREAD_NOT_FOUND unknown-thread')
      await elsewhere.createThread(creating(threadId))
      await elsewhere.updateThreadMetadata({ threadId, patch: { name: 'there' } })
      equal((await store.readThread({ threadId })).name, 'here')
    },
  },
]
