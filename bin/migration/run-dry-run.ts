import {
  migrate,
  type MigrationResult,
  type Probe,
  probeTarget,
  stopReason,
} from '../../migrate/index.js'
import { type DryRun, dryRun, dryRunLines, planOf } from './dry-run.js'
import { ExitCode } from '../usage/exit-codes.js'
import { formatDuration, formatRate } from '../terminal/format.js'
import { openReportSink } from '../reports/report-sink.js'
import { reportedRun } from '../reports/reported-run.js'
import {
  migrateOptions,
  type MigrationSettings,
  type OpenedSides,
  requirePlanned,
} from './run-migration.js'
import { showMigration } from './show-migration.js'
import { UsageError } from '../usage/usage-error.js'

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
      const isWhole = run.stopped === null
      const probe = settings.probe && isWhole ? await probed(result, settings, sides) : null
      if (planFile !== undefined && isWhole) {
        const sink = openReportSink(planFile, false)
        sink.write(`${JSON.stringify(plan, null, 2)}\n`)
        sink.commit()
      }
      const { totals, onlyInTarget } = result
      return {
        exitCode: exitCodeOf(run, totals.already),
        summary: {
          same: totals.already,
          onlyInTarget,
          bytesToSend: plan.bytesToSend,
          unreadable: run.unreadable,
          findings: run.findings.list(),
          lostByMigrateRollouts: run.lost,
          probe,
          planDigest: plan.digest,
          stopped: stopReason(run.stopped),
        },
        lines: () => [
          ...dryRunLines(run, result, target),
          ...(probe === null ? [] : [probeLine(probe)]),
          ...(planFile === undefined || !isWhole
            ? []
            : [`plan: ${planFile}  sha256 ${plan.digest}`]),
        ],
      }
    },
  )
}

/** Stores something in the target for a moment, which nobody may see in a home of Codex. */
async function probed(
  { plan }: MigrationResult,
  settings: MigrationSettings,
  sides: OpenedSides,
): Promise<Probe | null> {
  const { supports } = sides.target.store
  if (supports.paths || !supports.delete || !supports.rawHistory) {
    throw new UsageError(`${sides.target.label} cannot be probed; it is no database`)
  }
  return await probeTarget(plan, { ...migrateOptions(settings, sides), jobs: settings.jobs })
}

function probeLine({ bytesPerSecond, msPerThread, etaMs }: Probe): string {
  const rate = `${formatRate(bytesPerSecond, 1000)} and ${msPerThread.toLocaleString('en')} ms a thread`
  return `the target took ${rate}: about ${formatDuration(etaMs)} for all of it`
}

function exitCodeOf({ threads, unreadable, stopped }: DryRun, already: number): ExitCode {
  if (stopped !== null) return ExitCode.interrupted
  if (unreadable.length > 0) return ExitCode.different
  return threads.length + already === 0 ? ExitCode.nothingExecuted : ExitCode.done
}
