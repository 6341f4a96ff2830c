import type { StoreSubject } from '../subject.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'
import { remembered } from './alter.js'
import { wrapped } from './mutated.js'
import type { MutantWorld } from './mutant.js'

/** What a case can call on a handle. */
export type HandleMethod = StoreVerb | 'close' | typeof DISPOSE

/** How `Symbol.asyncDispose` is written down. */
export const DISPOSE = 'dispose'

/** A handle that was opened: through which door, and what was called on it. */
export interface HandleUse {
  readonly door: MutantWorld['door']
  readonly elsewhere: boolean
  readonly called: ReadonlySet<HandleMethod>
}

/** The handles of one storage, in the order in which they were opened. */
export type StorageUse = readonly HandleUse[]

/** A subject whose storages are watched. */
interface WatchedSubject {
  readonly subject: StoreSubject
  /** The storages since the last time. */
  readonly takeUses: () => readonly StorageUse[]
}

/** The same subject; what is called on its handles is written down. */
export function watched(subject: StoreSubject): WatchedSubject {
  let uses: HandleUse[][] = []
  const watching = wrapped(subject, subject.name, (store, world) => {
    const use = remembered(world, 'use', () => {
      const handles: HandleUse[] = []
      uses.push(handles)
      return handles
    })
    const called = new Set<HandleMethod>()
    use.push({ door: world.door, elsewhere: world.elsewhere, called })
    return watchedStore(store, called)
  })
  return {
    subject: watching,
    takeUses: () => {
      const taken = uses
      uses = []
      return distinct(taken)
    },
  }
}

/** Nothing about it is different from the store: what it claims is asked for each time. */
function watchedStore(store: ThreadStore, called: Set<HandleMethod>): ThreadStore {
  const verbs = storeVerbs.map((verb) => {
    const method = (params: unknown): unknown => {
      called.add(verb)
      return (store[verb] as (params: unknown) => unknown).call(store, params)
    }
    return [verb, method]
  })
  return {
    ...(Object.fromEntries(verbs) as Pick<ThreadStore, StoreVerb>),
    get supports() {
      return store.supports
    },
    close: () => {
      called.add('close')
      return store.close()
    },
    [Symbol.asyncDispose]: () => {
      called.add(DISPOSE)
      return store[Symbol.asyncDispose]()
    },
  }
}

/** A law uses hundreds of storages in few ways. */
function distinct(uses: readonly StorageUse[]): StorageUse[] {
  const text = (use: StorageUse): string =>
    JSON.stringify(
      use.map(({ called, ...facts }) => ({ ...facts, called: [...called].toSorted() })),
    )
  return [...new Map(uses.map((use) => [text(use), use])).values()]
}
