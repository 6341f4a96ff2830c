import { commandSubject, flowCases, proveFlows, runFlows } from '../../conformance/flows/index.js'
import type { FlowSubject, ProveFlowsOptions } from '../../conformance/flows/index.js'
import { type KillMatrix, caseLine } from '../../conformance/index.js'
import { conformanceExitCode } from './conformance-exit-code.js'
import { interruptible } from '../terminal/interruptible.js'
import { printLog, printResult } from '../terminal/output.js'
import { type ReportArguments, openReports, reportOutputs } from './report-outputs.js'
import { type SuiteArguments, suiteRunOptions } from './suite-options.js'
import { UsageError } from '../usage/usage-error.js'

/** What the name of a subject begins with that is an app-server. */
export const FLOWS = 'app-server:'

/** Runs the flow suite against the app-server that a command line starts; the exit code. */
export async function testFlows(
  subjectText: string,
  args: SuiteArguments & ReportArguments,
): Promise<number> {
  const { filter, baseline } = suiteRunOptions(args)
  const jobSummary = process.env['GITHUB_STEP_SUMMARY']
  const outputs = reportOutputs(args, jobSummary)
  const subject = flowSubject(subjectText)
  using interruption = interruptible()
  const { signal } = interruption
  using reports = openReports(outputs, jobSummary)
  const report = await runFlows(subject, {
    ...(filter === undefined ? {} : { filter }),
    ...(baseline === undefined ? {} : { baseline }),
    signal,
    onEvent: (event) => {
      if (event.type === 'case' && event.result.outcome === 'failed') {
        printLog(caseLine(event.result))
      }
      reports.onEvent(event)
    },
  })
  return conformanceExitCode(report, signal.aborted)
}

/** Breaks an app-server in many ways; what the flow suite notices. */
export async function breakFlows(
  subjectText: string,
  args: SuiteArguments,
  options: Pick<ProveFlowsOptions, 'jobs' | 'onMutant' | 'signal'>,
): Promise<KillMatrix> {
  const { baseline, filter } = suiteRunOptions(args)
  return proveFlows(flowSubject(subjectText), {
    ...(filter === undefined ? {} : { filter }),
    ...(baseline === undefined ? {} : { baseline }),
    ...options,
  })
}

/** Prints the cases of the flow suite. */
export function listFlows(json: boolean): void {
  if (json) {
    const cases = flowCases.map(({ id, title, requirements, doors = [] }) => {
      return { id, title, kind: 'case', set: 'core', requirements, requires: null, doors }
    })
    printResult(JSON.stringify({ schema: 'threadstore/case-list/1', cases }, null, 2))
    return
  }
  for (const { id, title, requirements } of flowCases) {
    printResult(`${id}  ${title}  ${requirements.join(' ')}`)
  }
}

function flowSubject(text: string): FlowSubject {
  const command = text.slice(FLOWS.length)
  if (command.trim() === '') throw new UsageError(`${FLOWS} lacks the command that starts it`)
  return commandSubject(command, { PATH: process.env['PATH'] ?? '' })
}
