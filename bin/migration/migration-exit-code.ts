import type { ConflictPolicy, MigrationResult } from '../../migrate/index.js'
import { ExitCode } from '../usage/exit-codes.js'

/** The exit code of a migration: the worst that happened. */
export function migrationExitCode(
  {
    totals,
    plan,
    left,
    review,
    stopped,
  }: Pick<MigrationResult, 'totals' | 'plan' | 'left' | 'review' | 'stopped'>,
  onConflict: ConflictPolicy,
): ExitCode {
  if (stopped === 'interrupted') return ExitCode.interrupted
  if (stopped !== null && stopped !== 'time-limit') return ExitCode.unreachable
  // With `skip` a conflict was left out because that was asked for.
  const wrong = totals.failed + (onConflict === 'skip' ? 0 : totals.conflict)
  if (wrong > 0) return ExitCode.different
  // What is left when the time is up was left out because that was asked for.
  if (stopped === 'time-limit') return ExitCode.incomplete
  const known = Object.values(totals).reduce((sum, count) => sum + count, 0)
  if (plan.threads.length + known === 0) return ExitCode.nothingExecuted
  const open = totals.busy + totals.conflict + left + review.changed.length
  return open > 0 ? ExitCode.incomplete : ExitCode.done
}
