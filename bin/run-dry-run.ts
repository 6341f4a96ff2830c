import { migrate, stopReason } from '../migrate/index.js'
import { dryRun, dryRunLines, planOf } from './dry-run.js'
import { ExitCode } from './exit-codes.js'
import { openReportSink } from './report-sink.js'
import { reportedRun } from './reported-run.js'
import {
  migrateOptions,
  type MigrationSettings,
  type OpenedSides,
  requirePlanned,
} from './run-migration.js'
import { showMigration } from './show-migration.js'

/** Says what a migration would do, having read everything it would send. */
export async function runDryRun(
  settings: MigrationSettings,
  sides: OpenedSides,
  planFile: string | undefined,
): Promise<ExitCode> {
  const { source, target } = sides
  const { json, report, jobs, noPaths } = settings
  const schema = 'threadstore/dry-run-report/1'
  const header = { schema, source: source.label, target: target.label }
  return await reportedRun<object>(
    { json, report, noPaths, verb: 'read', header },
    async (tools) => {
      const result = await migrate({
        ...migrateOptions(settings, sides),
        dryRun: true,
        signal: tools.signal,
        onEvent: (event) => showMigration(tools.progress, event),
      })
      requirePlanned(source, result)
      const run = await dryRun(result, migrateOptions(settings, sides), jobs, tools)
      for (const thread of run.threads) tools.report.add(thread)
      const plan = planOf(run, source, target)
      if (planFile !== undefined) {
        const sink = openReportSink(planFile, false)
        sink.write(`${JSON.stringify(plan, null, 2)}\n`)
        sink.commit()
      }
      const { totals, onlyInTarget } = result
      return {
        exitCode: exitCodeOf(run.unreadable.length, run.threads.length + totals.already),
        summary: {
          same: totals.already,
          onlyInTarget,
          bytesToSend: plan.bytesToSend,
          unreadable: run.unreadable,
          findings: run.findings.list(),
          lostByMigrateRollouts: run.lost,
          planDigest: plan.digest,
          stopped: stopReason(null),
        },
        lines: () => [
          ...dryRunLines(run, result, target),
          ...(planFile === undefined ? [] : [`plan: ${planFile}  sha256 ${plan.digest}`]),
        ],
      }
    },
  )
}

function exitCodeOf(unreadable: number, readable: number): ExitCode {
  if (unreadable > 0) return ExitCode.different
  return readable === 0 ? ExitCode.nothingExecuted : ExitCode.done
}
