import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import {
  type Report,
  type RunEvent,
  type RunOptions,
  caseLine,
  run,
  selectCases,
  suite,
} from '../../conformance/index.js'
import { conformanceExitCode } from '../suite/conformance-exit-code.js'
import { interruptible } from '../terminal/interruptible.js'
import { SUBJECT_FORMS, openSubject } from '../suite/open-subject.js'
import { printDetail, printError, printLog, printResult } from '../terminal/output.js'
import {
  type ReportArguments,
  openReports,
  reportOptions,
  reportOutputs,
} from '../suite/report-outputs.js'
import { wholeNumber } from '../usage/option-values.js'
import {
  type SuiteArguments,
  emptySelection,
  suiteOptions,
  suiteRunOptions,
} from '../suite/suite-options.js'
import { FLOWS, listFlows, testFlows } from '../suite/test-flows.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore conformance`: runs the suite against a store. */
export function conformanceCommand(yargs: Argv): Argv {
  return yargs.command(
    'conformance [subject]',
    'test a store, and tell what it gets wrong in small programs',
    (options) =>
      options
        .positional('subject', {
          type: 'string',
          describe: `${SUBJECT_FORMS}, or app-server:COMMAND for the flow suite`,
        })
        .options({
          ...suiteOptions,
          ...reportOptions,
          repeat: {
            type: 'number',
            default: 1,
            describe: 'run this many times, each with a seed of its own, until one run fails',
          },
          list: { type: 'boolean', default: false, describe: 'list the cases, run none' },
        })
        .epilogue(
          examples({
            'a first look, in a second': 'conformance memory: --set smoke',
            'only the cases about metadata': "conformance ./my-store.mjs --filter 'meta.*'",
            'as in CI: what is known to fail is listed with a reason':
              'conformance ./my-store.mjs --baseline baseline.json',
          }),
        ),
    async (args) => {
      if (args.list && args.subject?.startsWith(FLOWS)) listFlows(args.json)
      else if (args.list) listCases(args, args.json)
      else if (args.subject === undefined) throw new UsageError('the subject is missing')
      else if (args.subject.startsWith(FLOWS))
        process.exitCode = await testFlows(args.subject, args)
      else process.exitCode = await test(args.subject, args)
    },
  )
}

interface TestArguments extends SuiteArguments, ReportArguments {
  readonly repeat: number
}

async function test(subjectText: string, args: TestArguments): Promise<number> {
  const options = suiteRunOptions(args)
  const repeat = wholeNumber('--repeat', args.repeat)
  const jobSummary = process.env['GITHUB_STEP_SUMMARY']
  const outputs = reportOutputs(args, jobSummary)
  using interruption = interruptible()
  const { signal } = interruption
  const nothing = emptySelection(args)
  if (nothing !== null) printError(nothing)
  await using opened = await openSubject(subjectText)
  using reports = openReports(outputs, jobSummary)
  const once = (onEvent: (event: RunEvent) => void, index: number): Promise<Report> =>
    run(opened.subject, {
      ...options,
      ...nextSeed(options, index),
      signal,
      onEvent,
      onBegin: reports.onBegin,
    })
  if (repeat === 1) {
    const show = (event: RunEvent): void => {
      showEvent(event)
      reports.onEvent(event)
    }
    return conformanceExitCode(await once(show, 0), signal.aborted)
  }
  return await repeated(repeat, once, reports.onEvent, signal)
}

/** Runs until one does not conform. That run, or the last one, is the one reported. */
async function repeated(
  times: number,
  once: (onEvent: (event: RunEvent) => void, index: number) => Promise<Report>,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  for (let index = 0; ; index += 1) {
    const events: RunEvent[] = []
    const report = await once((event) => events.push(event), index)
    const over = report.verdict !== 'conformant' || signal.aborted || index + 1 === times
    if (over || (index + 1) % 10 === 0) {
      printLog(`run ${index + 1} of ${times}: ${report.verdict}, seed ${report.options.seed}`)
    }
    if (!over) continue
    for (const event of events) onEvent(event)
    return conformanceExitCode(report, signal.aborted)
  }
}

function nextSeed({ seed }: RunOptions, index: number): Pick<RunOptions, 'seed'> {
  return seed === undefined ? {} : { seed: seed + index }
}

/** Failures are told as they come. */
function showEvent(event: RunEvent): void {
  if (event.type === 'started') {
    printLog(`testing ${event.subject}: ${event.planned} cases, seed ${event.seed}`)
  }
  if (event.type !== 'case') return
  const { outcome } = event.result
  if (outcome === 'failed' || (outcome === 'passed' && event.result.durationMs > 5_000)) {
    printLog(caseLine(event.result))
  } else printDetail(caseLine(event.result))
}

function listCases(args: SuiteArguments, json: boolean): void {
  const cases = selectCases(suite, suiteRunOptions(args))
  if (json) {
    const facts = cases.map(({ id, title, kind = 'case', set, requirements, requires, doors }) => {
      return {
        id,
        title,
        kind,
        set,
        requirements,
        requires: requires?.text ?? null,
        doors: doors ?? [],
      }
    })
    printResult(JSON.stringify({ schema: 'threadstore/case-list/1', cases: facts }, null, 2))
    return
  }
  for (const one of cases) printResult(`${one.id}  ${one.title}  ${one.requirements.join(' ')}`)
}
