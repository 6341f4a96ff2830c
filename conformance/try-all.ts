import type { MutantResult } from './judge.js'

/** Who tries mutants, and who is told. */
interface Trial<Mutant> {
  /** Each tries one mutant at a time. */
  readonly judges: readonly ((mutant: Mutant) => Promise<MutantResult>)[]
  /** Aborted: no further mutant is tried, and those under way are left out. */
  readonly signal: AbortSignal | undefined
  /** Told in the order of the mutants, as soon as those before are decided too. */
  readonly onMutant: ((result: MutantResult) => void) | undefined
}

/** Every judge takes one mutant after the other, until none is left or one of them gives up. */
export async function tryAll<Mutant>(
  mutants: readonly Mutant[],
  { judges, signal, onMutant }: Trial<Mutant>,
): Promise<readonly MutantResult[]> {
  const results: (MutantResult | undefined)[] = []
  const queue = mutants.entries()
  let isOver = false
  let told = 0
  const work = async (judge: (mutant: Mutant) => Promise<MutantResult>): Promise<void> => {
    for (const [index, mutant] of queue) {
      if (isOver || signal?.aborted) return
      const result = await judge(mutant)
      // A run that was cut off says nothing of its mutant.
      if (signal?.aborted) return
      results[index] = result
      for (let next = results[told]; next; next = results[told]) {
        told += 1
        onMutant?.(next)
      }
    }
  }
  try {
    await Promise.all(judges.map(work))
  } finally {
    isOver = true
  }
  return results.filter((result) => result !== undefined)
}
