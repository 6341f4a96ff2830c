import { writeFileSync } from 'node:fs'
import { commandSubject, type FlowReport, runFlows } from '../conformance/flows/index.js'
import { ExitCode } from './exit-codes.js'
import { interruptible } from './interruptible.js'
import { printLog, printText } from './output.js'
import { type ReportArguments, type ReportOutput, reportOutputs } from './report-outputs.js'
import { UsageError } from './usage-error.js'

/** What the name of a subject begins with that is an app-server. */
export const FLOWS = 'app-server:'

/** How the flow suite is run. */
export interface FlowArguments extends ReportArguments {
  readonly filter?: string | undefined
}

/** Runs the flow suite against the app-server that a command line starts; the exit code. */
export async function testFlows(subject: string, args: FlowArguments): Promise<ExitCode> {
  const command = subject.slice(FLOWS.length)
  if (command.trim() === '') throw new UsageError(`${FLOWS} lacks the command that starts it`)
  const [{ reporter, file }] = flowOutput(args)
  using interruption = interruptible()
  const { signal } = interruption
  const report = await runFlows(commandSubject(command, { PATH: process.env['PATH'] ?? '' }), {
    ...(args.filter === undefined ? {} : { filter: args.filter }),
    signal,
    onResult: ({ outcome, id, title, reason }) => {
      if (outcome !== 'passed') printLog(`${outcome} ${id}: ${title}: ${reason ?? ''}`)
    },
  })
  const text = reporter === 'json' ? `${JSON.stringify(report, null, 2)}\n` : summary(report)
  if (file === null) printText(text)
  else writeFileSync(file, text)
  if (signal.aborted) return ExitCode.interrupted
  if (report.verdict === 'nothing-executed') return ExitCode.nothingExecuted
  return report.verdict === 'conformant' ? ExitCode.done : ExitCode.different
}

/** The flow suite has a report of its own, which is text or JSON. */
function flowOutput(args: ReportArguments): readonly [ReportOutput] {
  const outputs = reportOutputs(args, undefined)
  const [wanted] = outputs
  const other = outputs.find(({ reporter }) => reporter !== 'text' && reporter !== 'json')
  if (other !== undefined) {
    throw new UsageError(`--reporter ${other.reporter}: the flow suite reports as text or json`)
  }
  return [wanted ?? { reporter: 'text', file: null }]
}

function summary({ subject, verdict, counts }: FlowReport): string {
  const { passed, failed, unproved } = counts
  return `${subject}: ${verdict}; ${passed} cases passed, ${failed} failed, ${unproved} could not be tried\n`
}
