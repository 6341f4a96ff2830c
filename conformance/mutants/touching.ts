import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'
import { loosened } from './alter.js'
import type { Mutant } from './mutant.js'
import { DISPOSE, type HandleMethod, type StorageUse } from './watched.js'

/** What a mutant replaces on a handle; `all` where that cannot be told. */
type Replaced = ReadonlySet<HandleMethod> | 'all'

/**
 * Whether a mutant replaces anything that was called on some storages. Where it does not, the same
 * calls reach the store as it is, and nothing can come out differently.
 *
 * Handles are opened in the order in which they were, on what only looks like the store, because a
 * mutant may replace other methods at another door, or after another handle.
 */
export function touching(
  mutant: Mutant,
  supports: ThreadStoreCapabilities,
): (uses: readonly StorageUse[]) => boolean {
  const known = new Map<string, readonly Replaced[]>()
  const replacedOn = (use: StorageUse): readonly Replaced[] => {
    const doors = use.map(({ door, elsewhere }) => `${door} ${elsewhere}`).join()
    const replaced = known.get(doors) ?? openAgain(mutant, supports, use)
    known.set(doors, replaced)
    return replaced
  }
  return (uses) =>
    uses.some((use) => {
      const replaced = replacedOn(use)
      return use.some(({ called }, index) => meet(called, replaced[index] ?? 'all'))
    })
}

function meet(called: ReadonlySet<HandleMethod>, replaced: Replaced): boolean {
  return replaced === 'all' || [...called].some((method) => replaced.has(method))
}

/** What the mutant replaces on each handle of a storage. */
function openAgain(
  mutant: Mutant,
  supports: ThreadStoreCapabilities,
  use: StorageUse,
): readonly Replaced[] {
  const memory = new Map<string, unknown>()
  return use.map(({ door, elsewhere }) => {
    let wasCalled = false
    const store = dummy(supports, () => {
      wasCalled = true
      return new Promise<never>(() => {})
    })
    const wrong = mutant.wrap(store, { door, elsewhere, memory })
    // When a process is killed, what else it would have called is not known.
    if (elsewhere || wasCalled || wrong.supports !== supports) return 'all'
    return new Set(methods.filter((method) => wrong[nameOf(method)] !== store[nameOf(method)]))
  })
}

const methods: readonly HandleMethod[] = [...storeVerbs, 'close', DISPOSE]

function nameOf(method: HandleMethod): Exclude<keyof ThreadStore, 'supports'> {
  return method === DISPOSE ? Symbol.asyncDispose : method
}

/** Claims the same, and tells when it is called. */
function dummy(supports: ThreadStoreCapabilities, onCall: () => Promise<never>): ThreadStore {
  const verbs = storeVerbs.map((verb) => [verb, onCall])
  return loosened({
    ...(Object.fromEntries(verbs) as Pick<ThreadStore, StoreVerb>),
    supports,
    close: onCall,
    [Symbol.asyncDispose]: onCall,
  })
}
