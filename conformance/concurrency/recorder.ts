import { type StoreVerb, type ThreadStore, storeVerbs } from '../../src/store/thread-store.js'

/** One call of a concurrent run. Times are logical: what is smaller happened before. */
export interface RecordedCall {
  /** Who made it; a client has a handle of its own. */
  readonly client: string
  readonly verb: StoreVerb
  readonly params: { readonly threadId?: string }
  readonly begin: number
  /** When it settled; `Infinity` while it has not. */
  readonly end: number
  readonly outcome: Settled
}

/** How a call went. `pending`: it never returned. */
export type Settled =
  | { readonly kind: 'resolved'; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly reason: unknown }
  | { readonly kind: 'pending' }

/** Writes down who called what when, and when it returned. */
export class Recorder {
  readonly #calls: RecordedCall[] = []
  #time = 0

  /** The calls so far, in the order in which they began. */
  get calls(): readonly RecordedCall[] {
    return this.#calls
  }

  /** The same handle, its calls recorded as those of `client`. */
  recorded(store: ThreadStore, client: string): ThreadStore {
    const call = async (verb: StoreVerb, params: { threadId?: string }): Promise<unknown> => {
      const index = this.#calls.length
      const facts = { client, verb, params, begin: this.#tick() }
      this.#calls.push({ ...facts, end: Infinity, outcome: { kind: 'pending' } })
      const settle = (outcome: Settled): void => {
        this.#calls[index] = { ...facts, end: this.#tick(), outcome }
      }
      try {
        const value = await (store[verb] as AnyVerb)(params)
        settle({ kind: 'resolved', value })
        return value
      } catch (reason) {
        settle({ kind: 'rejected', reason })
        throw reason
      }
    }
    const verbs = storeVerbs.map((verb) => [verb, (params: never) => call(verb, params)])
    return {
      ...(Object.fromEntries(verbs) as Pick<ThreadStore, StoreVerb>),
      supports: store.supports,
      close: () => store.close(),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
  }

  #tick(): number {
    this.#time += 1
    return this.#time
  }
}

type AnyVerb = (params: unknown) => Promise<unknown>

/** The calls by the thread they are about. */
export function callsByThread(
  calls: readonly RecordedCall[],
): ReadonlyMap<string, readonly RecordedCall[]> {
  const threads = new Map<string, RecordedCall[]>()
  for (const call of calls) {
    const { threadId } = call.params
    if (threadId === undefined) continue
    const own = threads.get(threadId) ?? []
    own.push(call)
    threads.set(threadId, own)
  }
  return threads
}
