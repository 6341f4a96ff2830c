import type { ThreadId } from '../../../protocol/thread-id.js'
import { conflict } from '../../../store/errors.js'
import type { ThreadStore } from '../../../store/thread-store.js'
import type { LogEnd } from '../wire.js'
import type { Answer } from './answer.js'
import type { Principal } from './principal.js'

/** The last append of a thread that this handle was asked for. */
interface LastBatch {
  readonly batch: number
  readonly answer: Promise<Answer>
}

/** A handle of the store that a client’s handle stands for, with the live writers it has opened. */
export class ServedHandle {
  readonly id: string
  readonly principal: Principal
  readonly store: ThreadStore
  /** Where the rollouts of live threads end, as far as the store can tell. */
  readonly ends: Map<ThreadId, LogEnd> = new Map()
  readonly #batches = new Map<ThreadId, LastBatch>()

  constructor(id: string, principal: Principal, store: ThreadStore) {
    this.id = id
    this.principal = principal
    this.store = store
  }

  /**
   * Appends a batch once. Batches of a handle count upwards: one that comes again gets the answer of
   * the first time, and one that comes after its successor comes too late to be wanted. `append`
   * never rejects.
   */
  async appendOnce(
    threadId: ThreadId,
    batch: number,
    append: () => Promise<Answer>,
  ): Promise<Answer> {
    const last = this.#batches.get(threadId)
    if (last?.batch === batch) return last.answer
    if (last !== undefined && batch < last.batch) {
      throw conflict('position', `batch ${batch} comes after batch ${last.batch}`, { threadId })
    }
    const answer = last === undefined ? append() : last.answer.then(append)
    this.#batches.set(threadId, { batch, answer })
    return answer
  }
}
