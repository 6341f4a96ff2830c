import { type StoreVerb, type ThreadStore, storeVerbs } from '../src/store/thread-store.js'

/** One call of a case, as it went. */
export interface TracedCall {
  /** The handle’s name in the printed program: `store`, `second`, `reopened`. */
  readonly handle: string
  readonly verb: StoreVerb | 'close'
  readonly params: unknown
  /** What it resolved to or rejected with; `null` while it runs. */
  settled: { readonly value: unknown } | { readonly reason: unknown } | null
}

/** The calls of a case so far, from which a failure’s program is printed. */
export class Trace {
  #calls: TracedCall[] = []
  #kept: readonly TracedCall[] | null = null

  /** The calls that lead to the failure. */
  get calls(): readonly TracedCall[] {
    return this.#kept ?? this.#calls
  }

  /** Forgets what was called, because a new run of a law begins. */
  restart(): void {
    this.#calls = []
  }

  /** Marks the calls so far as those of the failure, until a smaller one is found. */
  keep(): void {
    this.#kept = this.#calls
  }

  /** The same store, its calls written down. */
  traced(store: ThreadStore, handle: string): ThreadStore {
    const call = (verb: StoreVerb | 'close', params: unknown): Promise<unknown> => {
      const entry: TracedCall = { handle, verb, params, settled: null }
      this.#calls.push(entry)
      return settle(entry, () => verbOf(store, verb).call(store, params))
    }
    const verbs = storeVerbs.map((verb) => [verb, (params: unknown) => call(verb, params)])
    return {
      ...(Object.fromEntries(verbs) as Pick<ThreadStore, StoreVerb>),
      get supports() {
        return store.supports
      },
      close: async () => {
        await call('close', undefined)
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
  }
}

type AnyVerb = (params: unknown) => Promise<unknown>

/** A store that is being written does not have every method yet, and its types may not say so. */
function verbOf(store: ThreadStore, verb: StoreVerb | 'close'): AnyVerb {
  const method: unknown = store[verb]
  if (typeof method !== 'function') throw new TypeError(`the store has no method ${verb}`)
  return method as AnyVerb
}

async function settle(entry: TracedCall, run: () => Promise<unknown>): Promise<unknown> {
  try {
    const value = await run()
    entry.settled = { value }
    return value
  } catch (reason) {
    entry.settled = { reason }
    throw reason
  }
}
