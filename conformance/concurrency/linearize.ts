/** A sequential specification: what one call may do to a state. */
export interface Model<State, Call> {
  readonly initial: State
  /**
   * The states a call may lead to from `state`, given how it went; none when it cannot have gone
   * that way. A call whose outcome is unknown may have several.
   */
  step(state: State, call: Call): readonly State[]
  /** Whether a call leaves every state as it is: such a call is in no other’s way. */
  changesNothing(call: Call): boolean
  /** The same call, as it looks while it has not returned. */
  unfinished(call: Call): Call
  /** Equal states, equal texts. */
  key(state: State): string
}

/** A call with the span in which it took effect. */
interface Spanned {
  readonly begin: number
  /** `Infinity`: it never returned. */
  readonly end: number
}

/** Whether calls that overlap could have happened one after the other. */
type Linearization<State, Call> =
  | { readonly kind: 'linearizable'; readonly order: readonly Call[] }
  | {
      readonly kind: 'broken'
      /** The longest order that works, and where it leads. */
      readonly order: readonly Call[]
      readonly state: State
      /** The first call after it that fits nowhere. */
      readonly stuck: Call
    }
  | { readonly kind: 'unproved'; readonly steps: number }

/** Places the search looks at before it gives up. */
const STEPS_MAX = 100_000

/**
 * Looks for an order in which every call stands between its begin and its end and the model allows
 * each: the search of Wing and Gong, remembering where it has been as Lowe does. Exact within
 * `stepsMax` places, and `unproved` beyond: never a guess.
 */
export function linearize<State, Call extends Spanned>(
  calls: readonly Call[],
  model: Model<State, Call>,
  stepsMax: number = STEPS_MAX,
): Linearization<State, Call> {
  const search = new LinearizationSearch(calls, model)
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const verdict = search.step()
    if (verdict !== null) return verdict
  }
  return { kind: 'unproved', steps: stepsMax }
}

/** A place in the search: some calls were put in order, and led to this state. */
interface Place<State, Call> {
  readonly state: State
  /** One bit for every call that is in order. */
  readonly done: bigint
  readonly order: Chain<Call> | null
  readonly depth: number
}

interface Chain<Call> {
  readonly last: Call
  readonly before: Chain<Call> | null
}

class LinearizationSearch<State, Call extends Spanned> {
  /** In the order in which they began. */
  readonly #calls: readonly Call[]
  readonly #model: Model<State, Call>
  readonly #been = new Set<string>()
  readonly #open: Place<State, Call>[]
  #deepest: Place<State, Call>

  constructor(calls: readonly Call[], model: Model<State, Call>) {
    this.#calls = calls.toSorted((a, b) => a.begin - b.begin)
    this.#model = model
    this.#deepest = { state: model.initial, done: 0n, order: null, depth: 0 }
    this.#open = [this.#deepest]
  }

  /** Looks at one place; `null` while the verdict is open. */
  step(): Linearization<State, Call> | null {
    const place = this.#open.pop()
    if (place === undefined) return this.#broken()
    if (place.depth === this.#calls.length) {
      return { kind: 'linearizable', order: listed(place.order) }
    }
    if (place.depth > this.#deepest.depth) this.#deepest = place
    for (const next of this.#successors(place)) {
      const mark = `${next.done} ${this.#model.key(next.state)}`
      if (this.#been.has(mark)) continue
      this.#been.add(mark)
      this.#open.push(next)
    }
    return null
  }

  /** Where the next call may lead; what began first is tried first. */
  #successors(place: Place<State, Call>): Place<State, Call>[] {
    const successors: Place<State, Call>[] = []
    for (const index of this.#candidates(place.done)) {
      const call = this.#calls[index]
      if (call === undefined) continue
      const next = this.#model.step(place.state, call).map((state) => ({
        state,
        done: place.done | (1n << BigInt(index)),
        order: { last: call, before: place.order },
        depth: place.depth + 1,
      }))
      if (next.length > 0 && this.#model.changesNothing(call)) return next
      successors.push(...next)
    }
    return successors.toReversed()
  }

  /** Calls left over that began before any other of them had ended. */
  #candidates(done: bigint): number[] {
    const begun: number[] = []
    let firstEnd = Infinity
    for (const [index, { begin, end }] of this.#calls.entries()) {
      if (begin > firstEnd) break
      if (((done >> BigInt(index)) & 1n) === 1n) continue
      begun.push(index)
      firstEnd = Math.min(firstEnd, end)
    }
    return begun
  }

  #broken(): Linearization<State, Call> {
    const { done, order, state } = this.#deepest
    const left = this.#calls.filter((_, index) => ((done >> BigInt(index)) & 1n) === 0n)
    const [stuck] = left.toSorted((a, b) => a.end - b.end)
    if (stuck === undefined) throw new TypeError('a history without calls is linearizable')
    return { kind: 'broken', order: listed(order), state, stuck }
  }
}

/**
 * The calls of a broken history that show it: up to the moment at which nothing explains them any
 * more, without those that change nothing and can be spared. Broken for the same reason as the whole.
 */
export function brokenCore<State, Call extends Spanned>(
  calls: readonly Call[],
  model: Model<State, Call>,
): readonly Call[] {
  const isBroken = (some: readonly Call[]): boolean => linearize(some, model).kind === 'broken'
  const ends = calls.map(({ end }) => end).toSorted((a, b) => a - b)
  const until = ends.find((end) => isBroken(upTo(calls, model, end))) ?? Infinity
  let core = upTo(calls, model, until)
  for (const call of core) {
    if (!model.changesNothing(call)) continue
    const rest = core.filter((one) => one !== call)
    if (isBroken(rest)) core = rest
  }
  return core
}

/** The history as it looked at a moment. */
function upTo<State, Call extends Spanned>(
  calls: readonly Call[],
  model: Model<State, Call>,
  moment: number,
): readonly Call[] {
  return calls.flatMap((call) => {
    if (call.begin > moment) return []
    return [call.end > moment ? model.unfinished(call) : call]
  })
}

function listed<Call>(chain: Chain<Call> | null): Call[] {
  const calls: Call[] = []
  for (let at = chain; at !== null; at = at.before) calls.push(at.last)
  return calls.toReversed()
}
