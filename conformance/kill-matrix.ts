import type { MutantResult } from './judge.js'
import { packageVersion } from './package-version.js'
import type { Report } from './report/report.js'

export interface KillMatrix {
  readonly schema: 'threadstore/kill-matrix/1'
  /** Of the package. */
  readonly version: string
  readonly subject: string
  readonly seed: number
  /** The run of the subject itself. Its failures are left out of everything below. */
  readonly control: Report
  readonly mutants: readonly MutantResult[]
  /** Killed mutants among those that are not invisible, 0 to 1. */
  readonly score: number
  /** Requirements that have to have a mutant, apply to the subject, and for which none is killed. */
  readonly unguarded: readonly string[]
  /** Cases that pass, and fail for no mutant: they may say less than they seem to. */
  readonly toothless: readonly string[]
  readonly durationMs: number
}

/** What a kill matrix is made of. */
interface MatrixFindings extends Pick<
  KillMatrix,
  'subject' | 'seed' | 'control' | 'mutants' | 'durationMs'
> {
  /** Requirements that no mutant need violate. */
  readonly mayBeUnguarded?: (requirementId: string) => boolean
}

/** Says what the mutants of a subject come to together. */
export function killMatrix({ mayBeUnguarded, ...findings }: MatrixFindings): KillMatrix {
  const { control, mutants } = findings
  const visible = mutants.filter(({ outcome }) => outcome !== 'invisible')
  const killed = mutants.filter(({ outcome }) => outcome === 'killed')
  const guarded = new Set(killed.map(({ violates }) => violates))
  const biting = new Set(mutants.flatMap(({ signatures }) => Object.keys(signatures)))
  return {
    schema: 'threadstore/kill-matrix/1',
    version: packageVersion(),
    ...findings,
    score: visible.length === 0 ? 0 : killed.length / visible.length,
    unguarded: control.requirements
      .filter(
        ({ id, outcome }) => outcome === 'passed' && !guarded.has(id) && !mayBeUnguarded?.(id),
      )
      .map(({ id }) => id),
    toothless: control.cases
      .filter(({ id, outcome }) => outcome === 'passed' && !biting.has(id))
      .map(({ id }) => id),
  }
}
