import type { MigrationResult } from '../migrate/index.js'
import { ExitCode } from './exit-codes.js'

/** The exit code of a migration: the worst that happened. */
export function migrationExitCode(
  { totals, plan, left, stopped }: Pick<MigrationResult, 'totals' | 'plan' | 'left' | 'stopped'>,
  dryRun: boolean,
): ExitCode {
  if (stopped === 'interrupted') return ExitCode.interrupted
  if (stopped !== null) return ExitCode.unreachable
  if (totals.failed > 0 || totals.conflict > 0) return ExitCode.different
  if (plan.threads.length === 0 && totals.already === 0) return ExitCode.nothingExecuted
  if (dryRun) return ExitCode.done
  return totals.busy > 0 || left > 0 ? ExitCode.incomplete : ExitCode.done
}
