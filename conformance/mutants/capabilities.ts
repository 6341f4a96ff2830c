import type { CapabilityFlag, ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { StoreVerb, ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { afterwards, altered, alteredVerbs, answering, asking, meddle } from './alter.js'
import type { Mutant } from './mutant.js'

const verbsOf: Readonly<Record<CapabilityFlag, readonly StoreVerb[]>> = {
  search: ['searchThreads'],
  turns: ['listTurns'],
  items: ['listItems'],
  delete: ['deleteThread'],
  rawHistory: ['exportThread', 'importThread', 'historyDigest'],
  lineage: ['revertThread'],
}

const flags = Object.keys(verbsOf) as CapabilityFlag[]

function unsupported(operation: string): ThreadStoreError {
  return new ThreadStoreError('UNSUPPORTED', `${operation} is not there`, {
    reason: 'not-claimed',
    operation,
  })
}

/** A claim that behaviour contradicts. */
const overclaiming = flags.map((flag): Mutant => ({
  id: `claims-${kebab(flag)}-without-it`,
  breaks: `the store claims ${flag} and refuses it as unsupported`,
  violates: 'CAP-2',
  mayAlsoBreak: 'everything',
  needs: claims(flag),
  wrap: (store) => alteredVerbs(store, verbsOf[flag], (verb) => Promise.reject(unsupported(verb))),
}))

/** Something that works and is not claimed: callers cannot know that they may use it. */
const underclaiming = flags.map((flag): Mutant => ({
  id: `has-${kebab(flag)}-unclaimed`,
  breaks: `the store does not claim ${flag} and has it`,
  violates: 'CAP-3',
  mayAlsoBreak: flag === 'rawHistory' || flag === 'lineage' ? ['CAP-4', 'HIST-6'] : [],
  needs: claims(flag),
  claiming: { [flag]: false },
  atEdge: true,
  wrap: (store) => store,
}))

function kebab(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Defects in claims. */
export const capabilityMutants: readonly Mutant[] = [
  ...overclaiming,
  ...underclaiming,
  {
    id: 'claims-change-with-use',
    breaks: 'a store claims more once it was used',
    violates: 'CAP-1',
    atEdge: true,
    wrap: (store) => {
      let used = false
      const noticing = afterwards(store, { createThread: () => (used = true) })
      return Object.defineProperty(noticing, 'supports', {
        get: (): ThreadStoreCapabilities =>
          used ? { ...store.supports, paths: !store.supports.paths } : store.supports,
      })
    },
  },
  {
    id: 'unsupported-after-the-effect',
    breaks: 'a search that is not supported is refused after it has touched a thread',
    violates: 'CAP-3',
    without: { search: false },
    atEdge: true,
    wrap: (store) =>
      altered(store, {
        searchThreads: async (params) => {
          const { items } = await store.listThreads({ pageSize: 1 })
          for (const { threadId } of items) await meddle(store, threadId, { preview: 'searched' })
          return store.searchThreads(params)
        },
      }),
  },
  {
    id: 'unclaimed-param-is-ignored',
    breaks: 'rollouts that cannot be included are left out without a word',
    violates: 'CAP-4',
    without: { rawHistory: false },
    atEdge: true,
    wrap: (store) => asking(store, { readThread: (params) => without(params, 'includeRollouts') }),
  },
  {
    id: 'fork-by-reference-copies-instead',
    breaks: 'a store without lineage begins a thread with a base as an empty one',
    violates: 'CAP-4',
    without: { lineage: false },
    atEdge: true,
    wrap: (store) => asking(store, { createThread: (params) => without(params, 'base') }),
  },
  {
    id: 'storages-share-names',
    breaks: 'a name given in one storage shows in every other that has the thread',
    violates: 'CAP-5',
    mayAlsoBreak: 'everything',
    wrap: (store) => sharingNames(store),
  },
]

/** Params without one of them; what is no params at all is left to be refused. */
function without<T extends object>(params: T, field: keyof T): T {
  if (typeof params !== 'object' || params === null) return params
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== field)) as T
}

const names = new Map<string, string | null>()

/** Shares names between all storages of the process, as a cache without a namespace does. */
function sharingNames(store: ThreadStore): ThreadStore {
  const showing = answering(store, {
    readThread: (thread, { threadId }) => ({
      ...thread,
      name: names.get(threadId) ?? thread.name,
    }),
  })
  return afterwards(showing, {
    updateThreadMetadata: ({ threadId }, { name }) => names.set(threadId, name),
  })
}
