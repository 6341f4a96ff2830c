import { checked } from '../../src/store/checked.js'
import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { StoreSubject, SubjectContext, SubjectProcess } from '../subject.js'
import { altered } from './alter.js'
import type { Mutant, MutantWorld } from './mutant.js'

type Wrap = (store: ThreadStore, world: MutantWorld) => ThreadStore

/** The subject with a mutant in the place of its store. */
export function mutated(subject: StoreSubject, mutant: Mutant): StoreSubject {
  const { id, without, claiming, atEdge = false } = mutant
  const correct = without === undefined ? subject : narrowed(subject, without)
  return wrapped(correct, `${subject.name} with ${id}`, (store, world) => {
    const wrong = mutant.wrap(store, world)
    if (claiming !== undefined) {
      return { ...altered(wrong, {}), supports: { ...wrong.supports, ...claiming } }
    }
    return atEdge ? wrong : checked(wrong)
  })
}

/** The subject with a store that claims less, and refuses what it does not claim. */
export function narrowed(
  subject: StoreSubject,
  without: Partial<ThreadStoreCapabilities>,
): StoreSubject {
  const lacking = Object.keys(without).join(', ')
  return wrapped(subject, `${subject.name} without ${lacking}`, (store) => {
    const supports = { ...store.supports, ...without }
    const narrow = checked({ ...altered(store, {}), supports })
    return supports.lineage ? narrow : withoutPositions(narrow)
  })
}

/** A subject whose every handle is wrapped. */
export function wrapped(subject: StoreSubject, name: string, wrap: Wrap): StoreSubject {
  const memories = new Map<string, Map<string, unknown>>()
  const memoryOf = (scope: string): Map<string, unknown> => {
    const memory = memories.get(scope) ?? new Map<string, unknown>()
    memories.set(scope, memory)
    return memory
  }
  const through =
    (door: MutantWorld['door']) =>
    async (context: SubjectContext): Promise<ThreadStore> => {
      const store = await subject[door]?.(context)
      if (store === undefined) throw new TypeError(`the subject has no ${door}`)
      return wrap(store, { door, elsewhere: false, memory: memoryOf(context.scope) })
    }
  const spawn = async (): Promise<SubjectProcess> => {
    const process = await subject.spawn?.()
    if (process === undefined) throw new TypeError('the subject has no spawn')
    return wrappedProcess(process, (door, store, { scope }) =>
      wrap(store, { door, elsewhere: true, memory: memoryOf(scope) }),
    )
  }
  const { limits } = subject
  return {
    name,
    open: through('open'),
    ...(subject.reopen && { reopen: through('reopen') }),
    ...(subject.openSecond && { openSecond: through('openSecond') }),
    ...(subject.spawn && { spawn }),
    destroy: async (context) => {
      memories.delete(context.scope)
      await subject.destroy?.(context)
    },
    ...(limits && { limits }),
  }
}

/** A process whose every handle is wrapped, on our side: adapters in any language have mutants. */
function wrappedProcess(
  process: SubjectProcess,
  wrap: (door: 'openSecond' | 'reopen', store: ThreadStore, context: SubjectContext) => ThreadStore,
): SubjectProcess {
  return {
    openSecond: async (context) => wrap('openSecond', await process.openSecond(context), context),
    reopen: async (context) => wrap('reopen', await process.reopen(context), context),
    ...(process.crash && { crash: async (point) => process.crash?.(point) }),
    kill: () => process.kill(),
    close: () => process.close(),
  }
}

function withoutPositions(store: ThreadStore): ThreadStore {
  return altered(store, {
    loadHistory: async (params) => ({ ...(await store.loadHistory(params)), position: null }),
    readThread: async (params) => {
      const thread = await store.readThread(params)
      return { ...thread, history: thread.history && { ...thread.history, position: null } }
    },
  })
}
