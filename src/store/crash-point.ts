import { type StoreVerb, type ThreadStore, storeVerbs } from './thread-store.js'

/** Moments of a call at which a process can be made to end: before the store was asked, or after. */
export const crashMoments = ['received', 'before-reply'] as const
export type CrashMoment = (typeof crashMoments)[number]

/** When a process ends itself, as `kill -9` would, so that a crash can be put where it hurts. */
export interface CrashPoint {
  /** Which call from now on; 1 is the next. */
  readonly calls: number
  readonly at: CrashMoment
}

/** Ends a process at a point in the calls of its stores. */
export class CrashTrigger {
  readonly #end: () => void
  #point: CrashPoint | null = null

  /** @param end - ends the process and does not return */
  constructor(end: () => void) {
    this.#end = end
  }

  set(point: CrashPoint): void {
    this.#point = point
  }

  /** The same store, its calls counted. */
  watched(store: ThreadStore): ThreadStore {
    const verbs = storeVerbs.map((verb) => [
      verb,
      (params: unknown) => this.#call(store, verb, params),
    ])
    return {
      ...(Object.fromEntries(verbs) as Pick<ThreadStore, StoreVerb>),
      supports: store.supports,
      close: () => store.close(),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }
  }

  async #call(store: ThreadStore, verb: StoreVerb, params: unknown): Promise<unknown> {
    const moment = this.#count()
    if (moment === 'received') this.#end()
    try {
      return await (store[verb] as (params: unknown) => Promise<unknown>)(params)
    } finally {
      if (moment === 'before-reply') this.#end()
    }
  }

  /** The moment at which this call is the last; `null` when it is not. */
  #count(): CrashMoment | null {
    if (this.#point === null) return null
    const { calls, at } = this.#point
    this.#point = calls > 1 ? { calls: calls - 1, at } : null
    return calls > 1 ? null : at
  }
}
