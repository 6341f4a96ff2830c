import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs'
import {
  type Report,
  type ReporterName,
  type RunEvent,
  reporterNames,
  reporters,
} from '../../conformance/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import { printText } from '../terminal/output.js'
import { openReportSink } from '../reports/report-sink.js'
import { terminalStyle } from '../terminal/text-style.js'
import { UsageError } from '../usage/usage-error.js'

/** Options of commands that report on a run of the suite. */
export const reportOptions: {
  readonly reporter: { readonly choices: readonly ReporterName[]; readonly describe: string }
  readonly output: { readonly type: 'string'; readonly nargs: 1; readonly describe: string }
  readonly json: { readonly type: 'boolean'; readonly default: false; readonly describe: string }
} = {
  reporter: {
    choices: reporterNames,
    describe: 'how the report is written; may be given more than once',
  },
  output: {
    type: 'string',
    // Else the parser takes `-` for another option.
    nargs: 1,
    describe: 'file for the report, one for each --reporter; - is standard output',
  },
  json: { type: 'boolean', default: false, describe: 'the same as --reporter json' },
}

/** The options as they were given. */
export interface ReportArguments {
  readonly reporter?: ReporterName | readonly ReporterName[] | undefined
  readonly output?: string | readonly string[] | undefined
  readonly json: boolean
}

/** A report and the file it goes to; `null` is standard output. */
interface ReportOutput {
  readonly reporter: ReporterName
  readonly file: string | null
}

/** What a file’s name says of its format. */
const extensions: readonly (readonly [string, ReporterName])[] = [
  ['.ctrf.json', 'ctrf'],
  ['.jsonl', 'json-lines'],
  ['.ndjson', 'json-lines'],
  ['.json', 'json'],
  ['.xml', 'junit'],
  ['.tap', 'tap'],
  ['.html', 'html'],
  ['.md', 'github'],
]

/** Which reports are written where. Standard output gets the text unless something else is there. */
export function reportOutputs(
  { reporter = [], output = [], json }: ReportArguments,
  jobSummary: string | undefined,
): readonly ReportOutput[] {
  const given = [output].flat()
  const named = [...[reporter].flat(), ...(json ? (['json'] as const) : [])]
  const names = named.length > 0 ? named : given.map(formatOf)
  if (given.length > 0 && given.length !== names.length) {
    throw new UsageError(
      `${names.length} reporters and ${given.length} outputs; give each --reporter its --output, - for standard output`,
    )
  }
  const outputs = names.map((name, index): ReportOutput => {
    const file = given[index] ?? (name === 'github' ? jobSummary : undefined)
    return { reporter: name, file: file === undefined || file === '-' ? null : file }
  })
  const printed = outputs.filter(
    ({ file, reporter: name }) => file === null && name !== 'annotations',
  )
  if (printed.length > 1) {
    const both = printed.map(({ reporter: name }) => name).join(' and ')
    throw new UsageError(`${both} cannot share standard output; give each --reporter its --output`)
  }
  const files = outputs.flatMap(({ file }) => file ?? [])
  const twice = files.find((file, index) => files.indexOf(file) !== index)
  if (twice !== undefined) {
    throw new UsageError(`${twice} is named for two reports; give each a file of its own`)
  }
  const silent = printed.length > 0 || outputs.some(({ reporter: name }) => name === 'text')
  return silent ? outputs : [...outputs, { reporter: 'text', file: null }]
}

function formatOf(file: string): ReporterName {
  return extensions.find(([ending]) => file.endsWith(ending))?.[1] ?? 'text'
}

/** The reports of one run while they are written. */
interface OpenReports extends Disposable {
  readonly onEvent: (event: RunEvent) => void
  readonly onBegin: (soFar: (problem: string) => Report) => void
}

/**
 * Opens every report. When the process ends before the run does, they still say what was known,
 * and that this is not all.
 */
export function openReports(
  outputs: readonly ReportOutput[],
  jobSummary: string | undefined,
): OpenReports {
  const writers = outputs.map((output) => openWriter(output, jobSummary))
  let soFar: ((problem: string) => Report) | null = null
  const onEvent = (event: RunEvent): void => {
    for (const write of writers) write(event)
    if (event.type === 'finished') soFar = null
  }
  const onExit = (): void => {
    if (soFar === null) return
    onEvent({ type: 'finished', report: soFar('the process ended') })
    // A store that calls process.exit(0) has not passed.
    process.exitCode = ExitCode.different
  }
  process.once('exit', onExit)
  return {
    onEvent,
    onBegin: (report) => {
      soFar = report
    },
    [Symbol.dispose]: () => process.off('exit', onExit),
  }
}

type Writer = (event: RunEvent) => void

/** Formats whose parts stand in the file as soon as they are known. */
const streamed: ReadonlySet<ReporterName> = new Set(['json-lines', 'tap', 'annotations'])

function openWriter({ reporter, file }: ReportOutput, jobSummary: string | undefined): Writer {
  const print = reporters[reporter]
  if (file === null) return (event) => printText(print(event, terminalStyle()))
  // The job’s other steps have their summaries in the same file.
  if (file === jobSummary) return (event) => appendFileSync(file, print(event))
  if (!streamed.has(reporter)) {
    const sink = openReportSink(file, false)
    return (event) => {
      sink.write(print(event))
      if (event.type === 'finished') sink.commit()
    }
  }
  const fd = openStream(file)
  return (event) => {
    writeSync(fd, print(event))
    if (event.type === 'finished') closeSync(fd)
  }
}

function openStream(file: string): number {
  try {
    return openSync(file, 'w')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`the report cannot be written: ${reason}`)
  }
}
