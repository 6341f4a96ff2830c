import type { ThreadId } from '../src/protocol/thread-id.js'
import type { ThreadStoreCapabilities } from '../src/store/capabilities.js'
import type { CrashPoint } from '../src/store/crash-point.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import type { Claim } from './claims.js'
import type { RequirementId } from './requirements.js'
import type { SubjectDoor, SubjectLimits } from './subject.js'

/**
 * Sets, each with those before it: `smoke` gives a first verdict in two seconds, `core` decides,
 * `full` is for what takes minutes, of which there is nothing now.
 */
export const caseSets = ['smoke', 'core', 'full'] as const
export type CaseSet = (typeof caseSets)[number]

/** One check of the suite, as data: vitest, the command line and the wire run the same ones. */
export interface ConformanceCase {
  /** Stable for ever; appears in reports and baselines: `append.order`. */
  readonly id: string
  /** A fact in the present tense. */
  readonly title: string
  /** What the store breaks when the case fails. */
  readonly requirements: readonly RequirementId[]
  /** @defaultValue `core` */
  readonly set?: CaseSet
  /** A `law` holds for generated inputs and shrinks its counterexamples. @defaultValue `case` */
  readonly kind?: 'case' | 'law'
  /** Without this claim of the store the case is not applicable. */
  readonly requires?: Claim
  /** Without these doors of the subject the case is unproved. */
  readonly doors?: readonly SubjectDoor[]
  /** Makes `search.trials` trials, each of which has the time of a case. @defaultValue false */
  readonly hasTrials?: boolean
  /** The store is that of the context: almost every case begins with it. */
  run(context: CaseContext, store: ThreadStore): Promise<void>
}

/** Thrown by a case that cannot decide: neither a pass nor a failure. */
export class Unproved extends Error {
  override readonly name = 'Unproved'
}

/** How a law searches. */
export interface Search {
  readonly seed: number
  readonly runs: number
  /** Processes a sweep kills. */
  readonly trials: number
  /** Where a counterexample was found, to go there at once. */
  readonly path: string | null
  /** A law that has run this long stops searching. */
  readonly timeLimitMs: number
  /** Finding a counterexample is enough; making it small is not wanted. */
  readonly firstOnly: boolean
  /** Aborted: a search that goes on for long ends unproved. */
  readonly signal: AbortSignal | null
}

/** Another process, and its doors to the storage of a case. */
export interface StorageProcess {
  /** Opens another handle in it, beside those that are open elsewhere. */
  second(): Promise<ThreadStore>
  /** Opens the storage in it, after every other handle was closed or lost its process. */
  reopen(): Promise<ThreadStore>
  /** Makes it end by itself inside a call; `null` where it cannot. */
  readonly crash: ((point: CrashPoint) => Promise<void>) | null
  /** Ends it at once, as `kill -9` does, unless it has ended; its handles are lost. */
  kill(): Promise<void>
  /** Closes its handles, asks it to end and waits until it is gone. */
  close(): Promise<void>
}

/** What a case may touch. */
export interface CaseContext {
  /** The first handle on storage of the case's own. */
  readonly store: ThreadStore
  readonly supports: ThreadStoreCapabilities
  readonly limits: Required<SubjectLimits>
  /** Ways into the storage that the subject offers. */
  readonly doors: ReadonlySet<SubjectDoor>
  readonly search: Search
  /** A new thread id, the same in every run with the same seed. */
  threadId(): ThreadId
  /** Milliseconds since the epoch, by our clock. */
  now(): number
  sleep(ms: number): Promise<void>
  /** Another handle on the same storage, that of `fresh` if there is one. Needs the door `openSecond`. */
  second(): Promise<ThreadStore>
  /** Closes every handle and opens the storage again. Needs the door `reopen`. */
  reopen(): Promise<ThreadStore>
  /** A handle on fresh storage beside the first, for another run of a law. */
  fresh(): Promise<ThreadStore>
  /** Starts a process that can open the storage of the last handle. Needs the door `spawn`. */
  process(): Promise<StorageProcess>
  /** Says that the calls since `fresh` are those of a failure, until a smaller one is found. */
  keepProgram(): void
  /** Forgets the calls so far: a failure from here on is shown without them. */
  beginProgram(): void
  /** Adds to a figure that the report shows beside the case. */
  count(figure: string, by?: number): void
}
