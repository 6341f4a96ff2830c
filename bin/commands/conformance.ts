import { writeFileSync } from 'node:fs'
import type { Argv } from 'yargs'
import {
  type Report,
  type ReporterName,
  type RunEvent,
  caseLine,
  reporterNames,
  reporters,
  run,
  selectCases,
  suite,
} from '../../conformance/index.js'
import { conformanceExitCode } from '../conformance-exit-code.js'
import { interruptible } from '../interruptible.js'
import { openSubject } from '../open-subject.js'
import { hasTerminal, printLog, printResult, printText } from '../output.js'
import { type SuiteArguments, suiteOptions, suiteRunOptions } from '../suite-options.js'
import { terminalStyle } from '../text-style.js'
import { FLOWS, testFlows } from '../test-flows.js'
import { UsageError } from '../usage-error.js'

/** `threadstore conformance`: runs the suite against a store. */
export function conformanceCommand(yargs: Argv): Argv {
  return yargs.command(
    'conformance [subject]',
    'test a store, and tell what it gets wrong in small programs',
    (options) =>
      options
        .positional('subject', {
          type: 'string',
          describe: 'store, module that opens one, or app-server:COMMAND',
        })
        .options({
          ...suiteOptions,
          reporter: {
            choices: reporterNames,
            describe: 'how the report is written; text unless --json',
          },
          output: { type: 'string', describe: 'file the report is written to' },
          list: { type: 'boolean', default: false, describe: 'list the cases, run none' },
          json: { type: 'boolean', default: false, describe: 'the same as --reporter json' },
        }),
    async (args) => {
      if (args.list) listCases(args, args.json)
      else if (args.subject === undefined) throw new UsageError('the subject is missing')
      else if (args.subject.startsWith(FLOWS))
        process.exitCode = await testFlows(args.subject, args)
      else process.exitCode = await test(args.subject, args)
    },
  )
}

interface ReportArguments extends SuiteArguments {
  readonly reporter?: ReporterName | undefined
  readonly output?: string | undefined
  readonly json: boolean
}

async function test(subjectText: string, args: ReportArguments): Promise<number> {
  using interruption = interruptible()
  await using opened = await openSubject(subjectText)
  const options = suiteRunOptions(args)
  const { signal } = interruption
  const report = await run(opened.subject, { ...options, signal, onEvent: showEvent })
  writeReport(report, args)
  return conformanceExitCode(report, signal.aborted)
}

/** Failures are told as they come, so that a crash of the store leaves what was known. */
function showEvent(event: RunEvent): void {
  if (event.type === 'started') {
    printLog(`testing ${event.subject}: ${event.planned} cases, seed ${event.seed}`)
  }
  if (event.type !== 'case') return
  const { outcome } = event.result
  if (outcome === 'failed' || (outcome === 'passed' && event.result.durationMs > 5_000)) {
    printLog(caseLine(event.result))
  }
}

function writeReport(report: Report, { reporter, output, json }: ReportArguments): void {
  const name = reporter ?? (json ? 'json' : 'text')
  if (output === undefined) {
    printText(reporters[name](report, terminalStyle()))
    return
  }
  writeFileSync(output, reporters[name](report))
  if (name !== 'text') printText(reporters.text(report, terminalStyle()))
  if (hasTerminal()) printLog(`the report is in ${output}`)
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
