import type {
  Anomaly,
  AnomalyKind,
  AppendCall,
  AppendHistory,
  AppendPromises,
  FlushCall,
  ReadCall,
} from './append-history.js'

/**
 * The first anomaly in the history of one thread, or `null` when there is none. The longest read
 * decides the order of the items; everything else is held against it, in time that grows with the
 * history and not with its interleavings.
 */
export function appendAnomaly(history: AppendHistory, promises: AppendPromises): Anomaly | null {
  const order = longest(history.reads)
  if (order === null) return null
  const places = new Map(order.labels.map((label, index) => [label, index]))
  return (
    duplicate(order, places) ??
    phantom(order, history.appends) ??
    disorder(order, places, history.appends) ??
    divergence(order, history.reads) ??
    tear(places, history) ??
    sweep(order, places, history, promises)
  )
}

function longest(reads: readonly ReadCall[]): ReadCall | null {
  let found: ReadCall | null = null
  for (const read of reads) {
    if (found === null || read.labels.length >= found.labels.length) found = read
  }
  return found
}

function duplicate(order: ReadCall, places: ReadonlyMap<string, number>): Anomaly | null {
  const again = order.labels.find((label, index) => places.get(label) !== index)
  if (again === undefined) return null
  return anomaly('duplicated', `${shown(order)} holds ${again} twice`, order)
}

function phantom(order: ReadCall, appends: readonly AppendCall[]): Anomaly | null {
  const by = new Map(appends.flatMap((append) => append.labels.map((label) => [label, append])))
  for (const label of order.labels) {
    const append = by.get(label)
    if (append === undefined) {
      return anomaly('phantom', `${shown(order)} holds ${label}, which nobody appended`, order)
    }
    if (append.result === 'refused') {
      const message = `${shown(order)} holds ${label}, whose append was refused`
      return anomaly('phantom', message, append, order)
    }
  }
  return null
}

/** The items of a batch stand one after the other, in its own order. */
function disorder(
  order: ReadCall,
  places: ReadonlyMap<string, number>,
  appends: readonly AppendCall[],
): Anomaly | null {
  for (const append of appends) {
    const at = append.labels.map((label) => places.get(label) ?? null)
    const first = at.find((place) => place !== null) ?? null
    if (first === null) continue
    if (at.includes(null)) {
      const message = `${shown(order)} holds a part of the batch ${append.labels.join(' ')}`
      return anomaly('torn', message, append, order)
    }
    if (at.some((place, index) => place !== first + index)) {
      const message = `${shown(order)} does not hold ${append.labels.join(' ')} in one piece and in order`
      return anomaly('reordered', message, append, order)
    }
  }
  return null
}

/** No read ends in the middle of a batch. */
function tear(places: ReadonlyMap<string, number>, history: AppendHistory): Anomaly | null {
  const inside = new Map<number, AppendCall>()
  for (const append of history.appends) {
    for (const label of append.labels.slice(1)) {
      const place = places.get(label)
      if (place !== undefined) inside.set(place, append)
    }
  }
  for (const read of history.reads) {
    const append = inside.get(read.labels.length)
    if (append === undefined) continue
    const message = `${shown(read)} holds a part of the batch ${append.labels.join(' ')}`
    return anomaly('torn', message, append, read)
  }
  return null
}

function divergence(order: ReadCall, reads: readonly ReadCall[]): Anomaly | null {
  for (const read of reads) {
    const at = read.labels.findIndex((label, index) => label !== order.labels[index])
    if (at < 0) continue
    const message = `${shown(read)} is no prefix of ${shown(order)}: item ${at + 1} is ${read.labels[at]} and not ${order.labels[at]}`
    return anomaly('not-a-prefix', message, read, order)
  }
  return null
}

interface Moment {
  readonly time: number
  readonly happen: () => Anomaly | null
}

/** Goes through the history once, in the order of time, and remembers how far each thing must be. */
function sweep(
  order: ReadCall,
  places: ReadonlyMap<string, number>,
  history: AppendHistory,
  promises: AppendPromises,
): Anomaly | null {
  const progress = new Progress(order, places, promises)
  const moments: Moment[] = [
    ...history.appends.flatMap((append) => [
      { time: append.begin, happen: () => progress.beginAppend(append) },
      { time: append.end, happen: () => progress.endAppend(append) },
    ]),
    ...history.flushes.flatMap((flush) => [
      { time: flush.begin, happen: () => progress.beginFlush(flush) },
      { time: flush.end, happen: () => progress.endFlush(flush) },
    ]),
    ...history.reads.flatMap((read) => [
      { time: read.begin, happen: () => progress.beginRead(read) },
      { time: read.end, happen: () => progress.endRead(read) },
    ]),
  ]
  for (const { happen } of moments.toSorted((a, b) => a.time - b.time)) {
    const found = happen()
    if (found !== null) return found
  }
  return null
}

/** How many items of the order there have to be, and whose call says so. */
interface Mark {
  readonly count: number
  readonly call: AppendCall | ReadCall | FlushCall | null
}

const nothing: Mark = { count: 0, call: null }

class Progress {
  readonly #order: ReadCall
  readonly #places: ReadonlyMap<string, number>
  readonly #promises: AppendPromises
  /** Items of the order whose append has begun. */
  readonly #begun: boolean[]
  /** All items before this one have begun. */
  #begunCount = 0
  /** Acknowledged, by client and by anybody. */
  readonly #acknowledged = new Map<string, Mark>()
  #anybody: Mark = nothing
  /** Acknowledged by a client when its flush began; flushed, by anybody. */
  readonly #flushing = new Map<FlushCall, Mark>()
  #flushed: Mark = nothing
  /** Seen by reads that have ended, by client and by anybody. */
  readonly #seenBy = new Map<string, Mark>()
  #seen: Mark = nothing
  /** What a read that has begun will have to see. */
  readonly #due = new Map<ReadCall, { readonly stored: Mark; readonly seen: Mark }>()
  /** Where the last batch that a client issued lies. */
  readonly #issued = new Map<string, { readonly place: number; readonly append: AppendCall }>()

  constructor(order: ReadCall, places: ReadonlyMap<string, number>, promises: AppendPromises) {
    this.#order = order
    this.#places = places
    this.#promises = promises
    this.#begun = order.labels.map(() => false)
  }

  beginAppend(append: AppendCall): Anomaly | null {
    const place = this.#placeOf(append)
    for (const label of append.labels) {
      const at = this.#places.get(label)
      if (at !== undefined) this.#begun[at] = true
    }
    while (this.#begun[this.#begunCount] === true) this.#begunCount += 1
    if (place === null) return null
    const earlier = this.#anybody
    if (earlier.call !== null && earlier.count > place) {
      const message = `the batch ${shown(append)} began after ${shown(earlier.call)} was acknowledged and is stored before it`
      return anomaly('reordered', message, earlier.call, append, this.#order)
    }
    return this.#promises.inIssueOrder ? this.#issue(append, place) : null
  }

  endAppend(append: AppendCall): Anomaly | null {
    if (append.result !== 'stored' || append.labels.length === 0) return null
    const place = this.#placeOf(append)
    // What the longest read lacks is lost for every read that begins after it.
    const count = place === null ? Infinity : place + append.labels.length
    const mark = { count, call: append }
    this.#acknowledged.set(append.client, later(this.#acknowledged.get(append.client), mark))
    if (place !== null) this.#anybody = later(this.#anybody, mark)
    return null
  }

  beginFlush(flush: FlushCall): null {
    this.#flushing.set(flush, this.#acknowledged.get(flush.client) ?? nothing)
    return null
  }

  endFlush(flush: FlushCall): null {
    this.#flushed = later(this.#flushed, this.#flushing.get(flush) ?? nothing)
    return null
  }

  beginRead(read: ReadCall): null {
    const seen = this.#atOnce ? this.#seen : (this.#seenBy.get(read.client) ?? nothing)
    this.#due.set(read, { stored: this.#storedFor(read.client), seen })
    return null
  }

  endRead(read: ReadCall): Anomaly | null {
    const { stored, seen } = this.#due.get(read) ?? { stored: nothing, seen: nothing }
    const count = read.labels.length
    if (count > this.#begunCount) {
      const early = this.#order.labels[this.#begunCount]
      const message = `${shown(read)} ended before the append of ${early} began, and holds it`
      return anomaly('from-the-future', message, read)
    }
    if (stored.call !== null && stored.count > count) {
      const kind = stored.count === Infinity ? 'lost' : 'stale'
      const message = `${shown(read)} began after ${shown(stored.call)} was acknowledged, and lacks it`
      return anomaly(kind, message, stored.call, read)
    }
    if (seen.call !== null && seen.count > count) {
      const message = `${shown(read)} began after ${shown(seen.call)} had ended, and holds fewer items`
      return anomaly('went-back', message, seen.call, read)
    }
    const mark = { count, call: read }
    this.#seen = later(this.#seen, mark)
    this.#seenBy.set(read.client, later(this.#seenBy.get(read.client), mark))
    return null
  }

  /** Whether every client sees what any client was acknowledged. */
  get #atOnce(): boolean {
    return this.#promises.readYourWrites === 'always'
  }

  #issue(append: AppendCall, place: number): Anomaly | null {
    const last = this.#issued.get(append.client)
    this.#issued.set(append.client, { place, append })
    if (last === undefined || last.place < place) return null
    const message = `${append.client} issued ${shown(last.append)} first and ${shown(append)} then, and they are stored the other way round`
    return anomaly('overtaken', message, last.append, append, this.#order)
  }

  #storedFor(client: string): Mark {
    const own = this.#acknowledged.get(client) ?? nothing
    return this.#atOnce
      ? [...this.#acknowledged.values()].reduce(later, nothing)
      : later(own, this.#flushed)
  }

  #placeOf({ labels: [first] }: AppendCall): number | null {
    return first === undefined ? null : (this.#places.get(first) ?? null)
  }
}

function later(a: Mark | undefined, b: Mark): Mark {
  return a !== undefined && a.count >= b.count ? a : b
}

function anomaly(kind: AnomalyKind, message: string, ...calls: Anomaly['calls']): Anomaly {
  return { kind, message, calls }
}

const shownMax = 6

/** A call as its labels, or as what is known of it. */
function shown(call: AppendCall | ReadCall | FlushCall): string {
  if (!('labels' in call)) return `a flush by ${call.client}`
  const { labels } = call
  const tail = labels.length > shownMax ? ` … (${labels.length} items)` : ''
  const text = `[${labels.slice(0, shownMax).join(' ')}${tail}]`
  return 'result' in call ? text : `the read ${text} by ${call.client}`
}
