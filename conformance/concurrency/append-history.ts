/** What was appended to and read from one thread. Every label is appended once. */
export interface AppendHistory {
  readonly appends: readonly AppendCall[]
  readonly flushes: readonly FlushCall[]
  readonly reads: readonly ReadCall[]
}

interface Call {
  readonly client: string
  readonly begin: number
  /** `Infinity`: it never returned. */
  readonly end: number
}

/** A batch of items, by their labels. */
export interface AppendCall extends Call {
  readonly labels: readonly string[]
  /** `unknown`: whether it took effect was not said. */
  readonly result: 'stored' | 'refused' | 'unknown'
}

/** A flush, persist or shutdown that resolved. */
export type FlushCall = Call

/** What a read of the history saw. */
export interface ReadCall extends Call {
  readonly labels: readonly string[]
}

/** What the store promises, as far as it bears on appends and reads. */
export interface AppendPromises {
  /** `after-flush`: other clients need not see an append before it was flushed. */
  readonly readYourWrites: 'always' | 'after-flush'
  /** Appends of one client are stored in the order in which they were issued. */
  readonly inIssueOrder: boolean
}

/** What cannot be in the history of a store that keeps its promises. */
const anomalyKinds = [
  'duplicated',
  'phantom',
  'torn',
  'reordered',
  'not-a-prefix',
  'from-the-future',
  'lost',
  'stale',
  'went-back',
  'overtaken',
] as const
export type AnomalyKind = (typeof anomalyKinds)[number]

/** Something wrong in a history, in one sentence, with the calls that show it. */
export interface Anomaly {
  readonly kind: AnomalyKind
  readonly message: string
  readonly calls: readonly Call[]
}
