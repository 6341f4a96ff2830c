import { beginReport, type ReportWriter } from '../../migrate/index.js'
import { isoMillis, systemClock } from '../../src/host/clock.js'
import type { ExitCode } from '../usage/exit-codes.js'
import { interruptible } from '../terminal/interruptible.js'
import { printResult } from '../terminal/output.js'
import { packageVersion } from '../package-version.js'
import { type Progress, showProgress } from '../terminal/progress.js'
import { openReportSink } from './report-sink.js'
import { withoutPaths } from './without-paths.js'

/** How a command that takes its time shows what it does. */
interface RunOptions {
  /** Print the report rather than text. */
  readonly json: boolean
  /** File the report is written to as well. */
  readonly report: string | undefined
  /** Neither the report nor what is printed at the end names a path. @defaultValue false */
  readonly noPaths?: boolean
  /** Nothing is printed: standard output belongs to something else. @defaultValue false */
  readonly silent?: boolean
  /** What is being done, in the past tense: `copied`. */
  readonly verb: string
  /** What the report calls its list. @defaultValue `threads` */
  readonly list?: string
  /** What the report begins with, after its schema, the version and before the time. */
  readonly header: Readonly<Record<string, unknown>> & { readonly schema: string }
}

/** What a running command works with. */
export interface RunTools<Entry> {
  readonly signal: AbortSignal
  readonly progress: Progress
  readonly report: ReportWriter<Entry>
}

/** What a command came to. */
export interface RunEnd {
  readonly exitCode: ExitCode
  /** What the report ends with. */
  readonly summary: Readonly<Record<string, unknown>>
  /** What people are told, given how long it took. */
  readonly lines: (durationMs: number) => readonly string[]
}

/** Runs a command that can be interrupted, shows its progress and writes its report. */
export async function reportedRun<Entry>(
  options: RunOptions,
  work: (tools: RunTools<Entry>) => Promise<RunEnd>,
): Promise<ExitCode> {
  using interruption = interruptible()
  const startedAt = systemClock.now()
  const sink = openReportSink(options.report, options.json)
  const progress = showProgress(options.verb, options.json)
  const clean = options.noPaths === true ? withoutPaths : (text: string) => text
  try {
    const { schema, ...header } = options.header
    const report = beginReport<Entry>(
      { schema, version: packageVersion(), ...header, startedAt: isoMillis(startedAt) },
      options.list ?? 'threads',
      (text) => sink.write(clean(text)),
    )
    const { exitCode, summary, lines } = await work({
      signal: interruption.signal,
      progress,
      report,
    })
    await progress.stop()
    const durationMs = systemClock.now() - startedAt
    report.end({ finishedAt: isoMillis(startedAt + durationMs), durationMs, ...summary, exitCode })
    sink.commit()
    if (!options.json && options.silent !== true) {
      for (const line of lines(durationMs)) printResult(clean(line))
    }
    return exitCode
  } catch (error) {
    sink.discard()
    throw error
  } finally {
    await progress.stop()
  }
}
