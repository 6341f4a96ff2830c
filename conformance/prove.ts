import { runControl } from './control.js'
import {
  type Judge,
  type JudgeOptions,
  type MutantResult,
  judgeOf,
  judgeSettings,
} from './judge.js'
import { type KillMatrix, killMatrix } from './kill-matrix.js'
import { mutants as everyMutant } from './mutants/index.js'
import type { Mutant } from './mutants/mutant.js'
import { requirements } from './requirements.js'
import type { StoreSubject } from './subject.js'
import { tryAll } from './try-all.js'

export interface ProveOptions extends JudgeOptions {
  readonly mutants?: readonly Mutant[]
  /** Who tries the mutants, each one at a time. @defaultValue this process */
  readonly judges?: readonly Judge[]
  /** Told in the order of the mutants, as soon as those before are decided too. */
  readonly onMutant?: (result: MutantResult) => void
}

/** Runs the suite against every mutant of a subject: what the suite would have caught. */
export async function prove(
  subject: StoreSubject,
  options: ProveOptions = {},
): Promise<KillMatrix> {
  const { onMutant, judges, mutants = everyMutant, ...rest } = options
  const settings = judgeSettings(rest)
  const { clock, seed, signal } = settings
  const begun = clock.now()
  const control = await runControl(subject, settings)
  // Of what cannot be opened there is nothing to break.
  const results = await tryAll(control.report.supports === null ? [] : mutants, {
    judges: (judges ?? [judgeOf(subject, settings)]).map(
      (judge) => (mutant) => judge(mutant, control),
    ),
    signal,
    onMutant,
  })
  return killMatrix({
    subject: subject.name,
    seed,
    control: control.report,
    mutants: results,
    mayBeUnguarded: isAdvice,
    durationMs: clock.now() - begun,
  })
}

/** Whether a store may differ. */
function isAdvice(requirementId: string): boolean {
  return requirements.some(({ id, level }) => id === requirementId && level === 'SHOULD')
}
