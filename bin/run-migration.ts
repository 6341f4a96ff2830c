import { hostname } from 'node:os'
import {
  type ConflictPolicy,
  FindingTallies,
  type FindingTally,
  type MappedSource,
  type Mapping,
  migrate,
  type MigrateOptions,
  type MigrationEvent,
  type MigrationResult,
  type PlanDocument,
  ReceiptBuilder,
  stopReason,
  type ThreadOutcome,
} from '../migrate/index.js'
import { isoMillis, systemClock } from '../src/host/clock.js'
import { systemIds } from '../src/host/ids.js'
import type { ExitCode } from './exit-codes.js'
import { migrationExitCode } from './migration-exit-code.js'
import { migrationSummary } from './migration-summary.js'
import type { OpenedStore } from './open-store.js'
import { packageVersion } from './package-version.js'
import type { Progress } from './progress.js'
import { openReportSink } from './report-sink.js'
import { reportedRun, type RunEnd } from './reported-run.js'
import { UsageError } from './usage-error.js'

/** What a migration was asked to do, and where it is to be told. */
export interface MigrationSettings {
  readonly only: ReadonlySet<string> | undefined
  readonly plan: PlanDocument | undefined
  readonly jobs: number
  readonly onConflict: ConflictPolicy
  readonly json: boolean
  readonly report: string | undefined
  readonly receipt: string | undefined
}

/** The stores of a migration. */
export interface OpenedSides {
  readonly source: OpenedStore
  readonly target: OpenedStore
  /** What is replaced on the way, and the source that does it; `null` for nothing. */
  readonly mapped: (MappedSource & { readonly mapping: Mapping }) | null
}

/** Copies threads, proves them and reports. */
export async function runMigration(
  settings: MigrationSettings,
  sides: OpenedSides,
): Promise<ExitCode> {
  const { source, target, mapped } = sides
  const { json, report, onConflict } = settings
  const schema = 'threadstore/migration-report/1'
  const header = { schema, source: source.label, target: target.label }
  return await reportedRun<object>({ json, report, verb: 'copied', header }, async (tools) => {
    const findings = new FindingTallies()
    const worst: ThreadOutcome[] = []
    const receipt = new ReceiptBuilder(mapped)
    const result = await migrate({
      ...migrateOptions(settings, sides),
      facts: { source: source.label, host: hostname(), version: packageVersion(), onConflict },
      signal: tools.signal,
      onEvent: (event) => {
        follow(tools.progress, event)
        if (event.type !== 'finished') return
        findings.addThread(event.outcome.findings)
        if (settings.receipt !== undefined) receipt.add(event.outcome, event.held)
        if (event.outcome.reason !== null && worst.length < SHOWN_MAX) worst.push(event.outcome)
        tools.report.add(event.outcome)
      },
    })
    requirePlanned(source, result)
    findings.addThread(result.review.findings)
    if (settings.receipt !== undefined) writeReceipt(settings.receipt, receipt, sides)
    const tallies = findings.list()
    return {
      exitCode: migrationExitCode(result, onConflict),
      summary: summaryOf(result, tallies),
      lines: (durationMs) => migrationSummary({ result, worst, tallies, durationMs, report }),
    }
  })
}

/** What a run and a dry run of the same settings have in common. */
export function migrateOptions(
  { only, plan, jobs, onConflict }: MigrationSettings,
  { source, target, mapped }: OpenedSides,
): MigrateOptions {
  return {
    source: mapped?.store ?? source.store,
    target: target.store,
    clock: systemClock,
    ids: systemIds,
    jobs,
    onConflict,
    ...(only && { only }),
    ...(plan && { plan }),
  }
}

/** Refuses to go on with what is not there, or not as it was planned. Nothing was copied. */
export function requirePlanned(
  source: OpenedStore,
  { unknown, stale }: Pick<MigrationResult, 'unknown' | 'stale'>,
): void {
  if (unknown.length > 0) {
    throw new UsageError(`${source.label} has no thread ${unknown.join(', ')}`)
  }
  const [first] = stale
  if (first === undefined) return
  const others = stale.length > 1 ? `, and ${stale.length - 1} more` : ''
  throw new UsageError(`the plan is out of date: ${first.threadId}: ${first.reason}${others}`)
}

function writeReceipt(
  file: string,
  receipt: ReceiptBuilder,
  { source, target, mapped }: OpenedSides,
): void {
  const document = receipt.finish({
    version: packageVersion(),
    source: source.label,
    target: target.label,
    createdAt: isoMillis(systemClock.now()),
    ...(mapped && { mapping: mapped.mapping }),
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

/** Shows what a migration tells. */
export function follow(progress: Progress, event: MigrationEvent): void {
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
