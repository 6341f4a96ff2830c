import {
  FindingTallies,
  type FindingTally,
  type FollowResult,
  type MigrationEvent,
  type MigrationResult,
  ReceiptBuilder,
  type Stand,
  stopReason,
  type ThreadOutcome,
} from '../../migrate/index.js'
import { isoMillis, systemClock } from '../../src/host/clock.js'
import type { EventSink } from '../reports/event-sink.js'
import { counted, formatBytes, formatDuration } from '../terminal/format.js'
import { migrationExitCode } from './migration-exit-code.js'
import { migrationPage } from './page/migration-page.js'
import { RunWatch } from './page/run-watch.js'
import { migrationSummary } from './migration-summary.js'
import { printDetail } from '../terminal/output.js'
import { packageVersion } from '../package-version.js'
import { openReportSink } from '../reports/report-sink.js'
import type { RunEnd, RunTools } from '../reports/reported-run.js'
import type { MigrationSettings, OpenedSides } from './run-migration.js'
import { showMigration } from './show-migration.js'

/** Threads named one by one; the report names all. */
const SHOWN_MAX = 20
/** Threads on a page that somebody is to open in a browser. */
const PAGE_THREADS_MAX = 5_000

interface TellerOptions {
  readonly settings: MigrationSettings
  readonly sides: OpenedSides
  readonly tools: RunTools<object>
  readonly sink: EventSink
  /** File of the HTML report. */
  readonly page: string | undefined
  readonly clean: (text: string) => string
}

/** Tells everybody who wants to know what a migration does, and at the end what it came to. */
export class MigrationTeller {
  readonly #options: TellerOptions
  readonly #startedAt: number = systemClock.now()
  readonly #findings: FindingTallies = new FindingTallies()
  readonly #worst: ThreadOutcome[] = []
  readonly #receipt: ReceiptBuilder
  readonly #watch: RunWatch = new RunWatch(systemClock)
  readonly #threads: ThreadOutcome[] = []
  #threadCount = 0

  constructor(options: TellerOptions) {
    this.#options = options
    this.#receipt = new ReceiptBuilder(options.sides.mapped)
  }

  tell(event: MigrationEvent): void {
    const { settings, tools, sink, page } = this.#options
    showMigration(tools.progress, event)
    sink.migration(event)
    if (page !== undefined) this.#watch.see(event)
    if (event.type !== 'finished') return
    const { outcome, held } = event
    printDetail(`${outcome.status} ${outcome.threadId}, ${formatBytes(outcome.bytesSent)} sent`)
    this.#findings.addThread(outcome.findings)
    if (settings.receipt !== undefined) this.#receipt.add(outcome, held)
    if (outcome.reason !== null) this.#show(outcome)
    this.#threadCount += 1
    if (page !== undefined && this.#threads.length < PAGE_THREADS_MAX) this.#threads.push(outcome)
    tools.report.add(outcome)
  }

  /** A thread that is only busy gives way to one that somebody has to look at. */
  #show(outcome: ThreadOutcome): void {
    const full = this.#worst.length === SHOWN_MAX
    const busy = full ? this.#worst.findLastIndex(({ status }) => status === 'busy') : -1
    if (!full) this.#worst.push(outcome)
    else if (outcome.status !== 'busy' && busy >= 0) this.#worst.splice(busy, 1, outcome)
  }

  /** Tells how far a target is behind the source it follows. */
  tellStand(stand: Stand): void {
    const { tools, sink } = this.#options
    sink.event({ type: 'stand', ...stand })
    tools.progress.set({ note: standLine(stand) })
  }

  /** Writes what is to be written at the end, and says what is to be said. */
  end(result: MigrationResult | FollowResult): RunEnd {
    const { settings, page } = this.#options
    const { onConflict, report } = settings
    this.#findings.addThread(result.review.findings)
    const tallies = this.#findings.list()
    const exitCode = migrationExitCode(result, onConflict)
    const merkleRoot = settings.receipt === undefined ? null : this.#writeReceipt(settings.receipt)
    if (page !== undefined) this.#writePage(page, result, { tallies, exitCode, merkleRoot })
    return {
      exitCode,
      summary: summaryOf(result, tallies),
      lines: (durationMs) => [
        ...migrationSummary({ result, worst: this.#worst, tallies, durationMs, report }),
        ...('stand' in result ? [standLine(result.stand)] : []),
      ],
    }
  }

  #writeReceipt(file: string): string {
    const { source, target, mapped } = this.#options.sides
    const document = this.#receipt.finish({
      version: packageVersion(),
      source: source.label,
      target: target.label,
      createdAt: isoMillis(systemClock.now()),
      ...(mapped && { mapping: mapped.mapping }),
    })
    write(file, this.#options.clean(`${JSON.stringify(document, null, 2)}\n`))
    return document.merkleRoot
  }

  #writePage(
    file: string,
    result: MigrationResult,
    ended: {
      readonly tallies: readonly FindingTally[]
      readonly exitCode: number
      readonly merkleRoot: string | null
    },
  ): void {
    const { clean, sides } = this.#options
    const { source, target } = sides
    const text = migrationPage({
      clean,
      source: source.label,
      target: target.label,
      version: packageVersion(),
      startedAt: isoMillis(this.#startedAt),
      durationMs: systemClock.now() - this.#startedAt,
      result,
      watch: this.#watch,
      threads: this.#threads,
      more: this.#threadCount - this.#threads.length,
      ...ended,
    })
    write(file, text)
  }
}

function write(file: string, text: string): void {
  const sink = openReportSink(file, false)
  sink.write(text)
  sink.commit()
}

function summaryOf(
  result: MigrationResult | FollowResult,
  findings: readonly FindingTally[],
): RunEnd['summary'] {
  const { run, totals, left, review, onlyInTarget, stopped } = result
  const { bytesRead, bytesSent, bytesResumed } = result
  return {
    run,
    totals,
    left,
    changed: review.changed,
    onlyInTarget,
    bytesRead,
    bytesSent,
    bytesResumed,
    findings,
    stopped: stopReason(stopped),
    ...('stand' in result ? { stand: result.stand } : {}),
  }
}

/** How a target that follows a source stands, for people. */
function standLine(stand: Stand): string {
  const { threadsMoved, bytesMoved, busy, open, quietMs, cutoverIsSafe } = stand
  if (cutoverIsSafe) return `in step for ${formatDuration(quietMs)}; a cutover is safe`
  const moved = `${counted(threadsMoved, 'thread')} moved on by ${formatBytes(bytesMoved)}`
  const why = [
    ...(bytesMoved > 0 ? [moved] : []),
    ...(busy.length > 0 ? [`${counted(busy.length, 'thread')} being written`] : []),
    ...(open.length > 0 ? [`${counted(open.length, 'thread')} not in step`] : []),
  ]
  const quiet = why.length === 0 ? [`in step for ${formatDuration(quietMs)}`] : why
  return `following: ${quiet.join(', ')}; no cutover yet`
}
