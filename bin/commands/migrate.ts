import { hostname } from 'node:os'
import type { Argv } from 'yargs'
import {
  type ConflictPolicy,
  conflictPolicies,
  FindingTallies,
  type FindingTally,
  JOBS_DEFAULT,
  ON_CONFLICT_DEFAULT,
  migrate,
  type MigrationEvent,
  type MigrationResult,
  ReceiptBuilder,
  stopReason,
  type ThreadOutcome,
} from '../../migrate/index.js'
import { isoMillis, systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { ExitCode } from '../exit-codes.js'
import { migrationExitCode } from '../migration-exit-code.js'
import { migrationSummary, planSummary } from '../migration-summary.js'
import { type OpenedStore, openStore } from '../open-store.js'
import { packageVersion } from '../package-version.js'
import type { Progress } from '../progress.js'
import { reportedRun, type RunEnd } from '../reported-run.js'
import { openReportSink } from '../report-sink.js'
import { positiveInteger, targetAddress, threadIds } from '../store-options.js'
import { UsageError } from '../usage-error.js'

interface MigrateArgs {
  readonly source: string
  readonly target: string | undefined
  readonly targetEnv: string | undefined
  readonly dryRun: boolean
  readonly only: readonly string[] | undefined
  readonly jobs: number
  readonly onConflict: ConflictPolicy
  readonly json: boolean
  readonly report: string | undefined
  readonly receipt: string | undefined
}

/** `threadstore migrate`: copies threads and proves them. */
export function migrateCommand(yargs: Argv): Argv {
  return yargs.command(
    'migrate <source> [target]',
    'copy threads and prove them; run again to resume',
    (options) =>
      options
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: 'store to copy from',
        })
        .positional('target', { type: 'string', describe: 'store to copy to' })
        .options({
          'target-env': { type: 'string', describe: 'environment variable that holds the target' },
          'dry-run': { type: 'boolean', default: false, describe: 'say what would be done' },
          only: { type: 'string', array: true, describe: 'ids of the threads to copy' },
          jobs: { type: 'number', default: JOBS_DEFAULT, describe: 'threads copied at once' },
          'on-conflict': {
            choices: conflictPolicies,
            default: ON_CONFLICT_DEFAULT,
            describe: 'what to do with a thread that went different ways',
          },
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
          receipt: { type: 'string', describe: 'write what the target holds to a file' },
        }),
    async (args) => {
      const jobs = positiveInteger('--jobs', args.jobs)
      const only = threadIds('--only', args.only)
      await using source = await openStore(args.source, 'read')
      const address = targetAddress(args.target, args.targetEnv)
      await using target = await openStore(address, args.dryRun ? 'look' : 'write')
      process.exitCode = await run({ ...args, jobs }, only, source, target)
    },
  )
}

async function run(
  args: MigrateArgs,
  only: ReadonlySet<string> | undefined,
  source: OpenedStore,
  target: OpenedStore,
): Promise<ExitCode> {
  const { dryRun, jobs, onConflict, json, report } = args
  const header = {
    schema: 'threadstore/migration-report/1',
    source: source.label,
    target: target.label,
    dryRun,
  }
  return await reportedRun<object>({ json, report, verb: 'copied', header }, async (tools) => {
    const findings = new FindingTallies()
    const worst: ThreadOutcome[] = []
    const receipt = args.receipt === undefined ? null : new ReceiptBuilder()
    const result = await migrate({
      source: source.store,
      target: target.store,
      clock: systemClock,
      ids: systemIds,
      facts: { source: source.label, host: hostname(), version: packageVersion(), onConflict },
      jobs,
      onConflict,
      dryRun,
      signal: tools.signal,
      ...(only && { only }),
      onEvent: (event) => {
        follow(tools.progress, event)
        if (event.type !== 'finished') return
        findings.addThread(event.outcome.findings)
        receipt?.add(event.outcome, event.held)
        if (event.outcome.reason !== null && worst.length < SHOWN_MAX) worst.push(event.outcome)
        tools.report.add(event.outcome)
      },
    })
    refuseUnknown(source, result)
    findings.addThread(result.review.findings)
    if (dryRun) for (const planned of result.plan.threads) tools.report.add(plannedEntry(planned))
    if (receipt !== null && args.receipt !== undefined && !dryRun) {
      writeReceipt(args.receipt, receipt, source, target)
    }
    const tallies = findings.list()
    return {
      exitCode: migrationExitCode(result, { dryRun, onConflict }),
      summary: summaryOf(result, tallies),
      lines: (durationMs) =>
        dryRun
          ? planSummary(result, target.label)
          : migrationSummary({ result, worst, tallies, durationMs, report }),
    }
  })
}

function writeReceipt(
  file: string,
  receipt: ReceiptBuilder,
  source: OpenedStore,
  target: OpenedStore,
): void {
  const document = receipt.finish({
    version: packageVersion(),
    source: source.label,
    target: target.label,
    createdAt: isoMillis(systemClock.now()),
  })
  const sink = openReportSink(file, false)
  sink.write(`${JSON.stringify(document, null, 2)}\n`)
  sink.commit()
}

function summaryOf(result: MigrationResult, findings: readonly FindingTally[]): RunEnd['summary'] {
  const { run: id, totals, left, review, onlyInTarget, bytesRead, bytesSent, stopped } = result
  return {
    run: id,
    totals,
    left,
    changed: review.changed,
    onlyInTarget,
    bytesRead,
    bytesSent,
    findings,
    stopped: stopReason(stopped),
  }
}

/** Threads named one by one; the report names all. */
const SHOWN_MAX = 20

function follow(progress: Progress, event: MigrationEvent): void {
  const { state } = progress
  switch (event.type) {
    case 'found':
      return progress.set({ found: event.threads })
    case 'planned':
      return progress.set({ todo: { threads: event.threads, bytes: event.bytesToRead } })
    case 'started':
      return progress.set({ current: event.threadId })
    case 'read':
      return progress.set({ bytes: state.bytes + event.bytes })
    case 'retrying':
      return progress.set({ current: `${event.threadId}: ${event.reason}` })
    case 'finished':
      return state.todo === null ? undefined : progress.set({ threads: state.threads + 1 })
  }
}

function refuseUnknown(source: OpenedStore, { unknown }: MigrationResult): void {
  if (unknown.length > 0) {
    throw new UsageError(`${source.label} has no thread ${unknown.join(', ')}`)
  }
}

function plannedEntry(planned: MigrationResult['plan']['threads'][number]): object {
  const { threadId, state, byteCount, bytesToRead, bytesToSend } = planned
  return { threadId, status: 'planned', state, byteCount, bytesToRead, bytesToSend }
}
