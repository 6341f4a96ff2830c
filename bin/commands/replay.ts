import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { decodeReplay, printReport, run, suite } from '../../conformance/index.js'
import { flowCases } from '../../conformance/flows/index.js'
import { conformanceExitCode } from '../suite/conformance-exit-code.js'
import { NothingDoneError } from '../usage/failures.js'
import { interruptible } from '../terminal/interruptible.js'
import { SUBJECT_FORMS, openSubject } from '../suite/open-subject.js'
import { printLog, printText } from '../terminal/output.js'
import { FLOWS, testFlows } from '../suite/test-flows.js'
import { terminalStyle } from '../terminal/text-style.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore replay`: makes one failure happen again. */
export function replayCommand(yargs: Argv): Argv {
  return yargs.command(
    'replay <token> <subject>',
    'run the one case a failure came from, with what it was given',
    (options) =>
      options
        .positional('token', {
          type: 'string',
          demandOption: true,
          describe: 'as a report gives it',
        })
        .positional('subject', { type: 'string', demandOption: true, describe: SUBJECT_FORMS })
        .options({ json: { type: 'boolean', default: false, describe: 'print the report' } })
        .epilogue(
          examples({ 'TOKEN is the last line of a failure': 'replay TOKEN ./my-store.mjs' }),
        ),
    async (args) => {
      process.exitCode = await replay(args.token, args.subject, args.json)
    },
  )
}

async function replay(token: string, subjectText: string, json: boolean): Promise<number> {
  const decoded = decodeReplay(token)
  if (decoded === null) throw new UsageError(`${token} is no token of a failure`)
  const { case: filter, seed, path } = decoded
  const cases = subjectText.startsWith(FLOWS) ? flowCases : suite
  if (!cases.some(({ id }) => id === filter)) {
    throw new NothingDoneError(
      `${filter} is no case of this version; conformance --list names those there are`,
    )
  }
  if (subjectText.startsWith(FLOWS)) {
    return testFlows(subjectText, { set: 'full', filter, json })
  }
  using interruption = interruptible()
  await using opened = await openSubject(subjectText)
  const { signal } = interruption
  const report = await run(opened.subject, {
    set: 'full',
    filter,
    seed,
    signal,
    ...(path !== null && { path }),
  })
  if (report.verdict === 'conformant') printLog('it did not fail this time')
  printText(printReport(json ? 'json' : 'text', report, terminalStyle()))
  return conformanceExitCode(report, signal.aborted)
}
