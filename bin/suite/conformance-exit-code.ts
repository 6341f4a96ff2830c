import type { KillMatrix, Report, Verdict } from '../../conformance/index.js'
import { ExitCode } from '../usage/exit-codes.js'

const codes: Readonly<Record<Verdict, ExitCode>> = {
  conformant: ExitCode.done,
  'non-conformant': ExitCode.different,
  unproved: ExitCode.incomplete,
  'nothing-executed': ExitCode.nothingExecuted,
  unreachable: ExitCode.unreachable,
}

/** The exit code of a run of the suite. */
export function conformanceExitCode({ verdict }: Report, interrupted: boolean): ExitCode {
  return interrupted ? ExitCode.interrupted : codes[verdict]
}

/** The exit code of a kill matrix: every visible mutant is killed and every MUST is guarded. */
export function proveExitCode(matrix: KillMatrix, interrupted: boolean): ExitCode {
  if (interrupted) return ExitCode.interrupted
  const { control, mutants, score, unguarded } = matrix
  if (control.verdict === 'unreachable') return ExitCode.unreachable
  if (mutants.every(({ outcome }) => outcome === 'invisible')) return ExitCode.nothingExecuted
  return score === 1 && unguarded.length === 0 ? ExitCode.done : ExitCode.different
}
