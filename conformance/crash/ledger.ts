import type { RequirementId } from '../requirements.js'
import { type Change, type ThreadState, keyOf, statesAfter } from './thread-state.js'

/**
 * How a call stands when the process dies. `pending`: it was not answered. `acknowledged`: answered,
 * but nothing has promised yet that it lasts. `durable`: it has to be there. `refused`: it has not
 * taken place.
 */
export type Standing = 'pending' | 'acknowledged' | 'durable' | 'refused'

/** Items last once they were flushed; what is acknowledged for itself lasts from then on. */
type Promised = Extract<RequirementId, 'CRASH-3' | 'CRASH-4'>

/** A call that changes a thread, as the caller knows it. */
export interface Entry {
  readonly change: Change
  /** What is broken when it was durable and is gone. */
  readonly promise: Promised
  standing: Standing
}

/** What a reader found that no order of whole calls explains. */
export interface Finding {
  /** `lost`: a promise was broken. `torn`: a call took effect in part, or what nobody did is there. */
  readonly kind: 'lost' | 'torn'
  readonly requirement: RequirementId
  /** What should have been there at least. */
  readonly expected: ThreadState
  readonly found: ThreadState
  /** The calls about the thread since its state was last known. */
  readonly entries: readonly Entry[]
}

/** Every call about one thread since its state was last known, kept where no crash reaches it. */
export class Ledger {
  #known: ThreadState = null
  #entries: Entry[] = []

  /** Writes down a call that is about to be made. */
  begin(change: Change, promise: Promised): Entry {
    const entry: Entry = { change, promise, standing: 'pending' }
    this.#entries.push(entry)
    return entry
  }

  /** Calls that were acknowledged by now: what a flush makes durable if it begins now. */
  acknowledged(): readonly Entry[] {
    return this.#entries.filter(({ standing }) => standing === 'acknowledged')
  }

  /** The state with every call that was acknowledged, and no other. */
  current(): ThreadState {
    const [state = null] = this.#states((entry) => entry.standing !== 'pending', false).values()
    return state
  }

  /** Goes on from what a reader found. */
  adopt(found: ThreadState): void {
    this.#known = found
    this.#entries = []
  }

  /** What is wrong with what a reader found; `null` when nothing is. */
  judge(found: ThreadState): Finding | null {
    const allowedBy = (must: (entry: Entry) => boolean): boolean =>
      this.#states(must).has(keyOf(found))
    const isDurable = ({ standing }: Entry): boolean => standing === 'durable'
    if (allowedBy(isDurable)) return null
    const [expected = null] = this.#states(isDurable, false).values()
    const facts = { expected, found, entries: this.#entries }
    const recordsKept = allowedBy((entry) => isDurable(entry) && entry.promise === 'CRASH-4')
    if (recordsKept) return { kind: 'lost', requirement: 'CRASH-3', ...facts }
    if (allowedBy(() => false)) return { kind: 'lost', requirement: 'CRASH-4', ...facts }
    return { kind: 'torn', requirement: 'CRASH-5', ...facts }
  }

  /** Whether something is gone that was answered, though nothing promised that it lasts. */
  hasLostUnflushed(found: ThreadState): boolean {
    const answered = ({ standing, change }: Entry): boolean =>
      standing === 'durable' || (standing === 'acknowledged' && change.kind === 'append')
    return !this.#states(answered).has(keyOf(found))
  }

  /** States with every call that `must` be there; the others may be, unless there are none. */
  #states(must: (entry: Entry) => boolean, others = true): ReadonlyMap<string, ThreadState> {
    const made = this.#entries.filter((entry) => entry.standing !== 'refused')
    const weighed = made.map((entry) => ({ change: entry.change, must: must(entry) }))
    return statesAfter(this.#known, others ? weighed : weighed.filter((one) => one.must))
  }
}
