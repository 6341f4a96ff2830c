import { wireProblem } from '../protocol/validate.js'

/** What survives what. Each tier includes the ones before it; none is inferred from another. */
export const durabilityTiers = ['none', 'reopen', 'process-crash', 'power-loss'] as const
export type Durability = (typeof durabilityTiers)[number]

/** How far the one-writer-per-thread rule reaches. */
export const writerScopes = ['single', 'multi-handle', 'multi-process'] as const
export type WriterScope = (typeof writerScopes)[number]

/**
 * What a store claims. Constant for its lifetime. An operation that is not claimed rejects with
 * `UNSUPPORTED` before any effect; one that is claimed works. The conformance suite checks both.
 */
export interface ThreadStoreCapabilities {
  /** `searchThreads`. */
  readonly search: boolean
  /** `listTurns`. */
  readonly turns: boolean
  /** `listItems`. */
  readonly items: boolean
  /** `deleteThread`. */
  readonly delete: boolean
  /** `exportThread`, `importThread`, `historyDigest` and `includeRollouts`. */
  readonly rawHistory: boolean
  /** `createThread({ base })`, `revertThread`, and positions on histories. */
  readonly lineage: boolean
  /**
   * Threads are files and the store owns `rolloutPath`: it reports where the file is and refuses a
   * patch that says otherwise. Without it `rolloutPath` is a field like any other.
   */
  readonly paths: boolean
  /** What `flushThread` guarantees for everything acknowledged before it. */
  readonly durability: Durability
  readonly writers: WriterScope
  /**
   * `eager`: a thread exists once `createThread` resolves. `lazy`: once it was persisted or its
   * first item was appended; until then only its own handle knows it.
   */
  readonly materialization: 'lazy' | 'eager'
  /** Whether other handles read an append at once, or only after `flushThread`. */
  readonly readYourWrites: 'always' | 'after-flush'
}

/** The capabilities that are switches, each guarding operations or parameters. */
export type CapabilityFlag = 'search' | 'turns' | 'items' | 'delete' | 'rawHistory' | 'lineage'

/** Why a value is nothing a store can claim, or `null`. */
export function capabilitiesProblem(value: unknown): string | null {
  const problem = wireProblem('capabilities', value)
  return problem && `supports${problem.path} ${problem.message}`
}
