/** What a home holds. Counts by value are sorted, the most frequent first. */
export interface HomeInventory {
  readonly threads: number
  readonly archivedThreads: number
  readonly forks: number
  /** Threads that were reverted: they have several rollouts. */
  readonly revertedThreads: number
  readonly rollouts: number
  readonly compressedRollouts: number
  /** Bytes on disk. */
  readonly bytes: number
  readonly items: number
  readonly lines: number
  /** Rows of the state database. */
  readonly rows: number
  readonly modelProviders: Census
  readonly sources: Census
  readonly cliVersions: Census
  readonly historyModes: Census
  readonly largestRollouts: readonly { readonly file: string; readonly bytes: number }[]
}

/** How often each value occurs. */
export type Census = readonly { readonly value: string; readonly count: number }[]
