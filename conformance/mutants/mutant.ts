import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import type { Claim } from '../claims.js'
import type { RequirementId } from '../requirements.js'

/** A store with one defect, as a decorator over any correct one. */
export interface Mutant {
  /** Stable: `append-reverses-batch`. */
  readonly id: string
  /** What is wrong, in the present tense. */
  readonly breaks: string
  readonly violates: RequirementId
  /**
   * What the defect cannot help showing elsewhere as well; anything else has to stay kept.
   * `everything`: other cases rest on what is broken.
   */
  readonly mayAlsoBreak?: readonly RequirementId[] | 'everything'
  /** The defect exists only in a store that claims this. */
  readonly needs?: Claim
  /** Capabilities taken from the store first: the defect is one of the other arm. */
  readonly without?: Partial<ThreadStoreCapabilities>
  /** What the store says instead of what it can: the defect is the claim itself. */
  readonly claiming?: Partial<ThreadStoreCapabilities>
  /** The defect is in how params are checked, which is otherwise done in front of a mutant. */
  readonly atEdge?: boolean
  /** The bug of a real store that this one repeats. */
  readonly seenIn?: string
  readonly wrap: (store: ThreadStore, world: MutantWorld) => ThreadStore
}

/** What a mutant knows besides the store it wraps. */
export interface MutantWorld {
  /** How the handle was opened. */
  readonly door: 'open' | 'openSecond' | 'reopen'
  /** Whether the handle lives in another process. */
  readonly elsewhere: boolean
  /** Kept for all handles of one storage. */
  readonly memory: Map<string, unknown>
}
