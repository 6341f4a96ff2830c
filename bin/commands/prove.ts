import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { ExitCode } from '../usage/exit-codes.js'
import {
  type KillMatrix,
  type MutantResult,
  type ProveOptions,
  htmlPage,
  matrixText,
  mutantLine,
  prove,
} from '../../conformance/index.js'
import { proveExitCode } from '../suite/conformance-exit-code.js'
import { NothingDoneError } from '../usage/failures.js'
import { interruptible } from '../terminal/interruptible.js'
import { startJudges } from '../suite/judge-processes.js'
import { SUBJECT_FORMS, isShareable, openSubject } from '../suite/open-subject.js'
import { printLog, printText } from '../terminal/output.js'
import { wholeNumber } from '../usage/option-values.js'
import {
  type SuiteArguments,
  emptySelection,
  suiteOptions,
  suiteRunOptions,
} from '../suite/suite-options.js'
import { breakFlows, FLOWS } from '../suite/test-flows.js'
import { requireWritable } from '../reports/report-sink.js'
import { terminalStyle } from '../terminal/text-style.js'
import { UsageError } from '../usage/usage-error.js'

/** Opening a subject once more takes a second, and a server has only so many connections. */
const JOBS_MAX = 8

/** `threadstore prove`: runs the suite against broken versions of a store. */
export function proveCommand(yargs: Argv): Argv {
  return yargs.command(
    'prove <subject>',
    'break a store in many ways, and see which the suite notices',
    (options) =>
      options
        .positional('subject', {
          type: 'string',
          demandOption: true,
          describe: `${SUBJECT_FORMS}, or app-server:COMMAND for the flow suite`,
        })
        .options({
          ...suiteOptions,
          jobs: {
            type: 'number',
            describe: `mutants tried at a time, each in its own process (default: one for each core, at most ${JOBS_MAX})`,
          },
          output: {
            type: 'string',
            describe: 'file for the kill matrix: JSON, or a page if it ends in .html',
          },
          json: { type: 'boolean', default: false, describe: 'print the kill matrix' },
        })
        .epilogue(examples({ 'the matrix of requirements and defects': 'prove ./my-store.mjs' })),
    async (args) => {
      process.exitCode = await breakStore(args.subject, args)
    },
  )
}

interface MatrixArguments extends SuiteArguments {
  readonly jobs?: number | undefined
  readonly output?: string | undefined
  readonly json: boolean
}

async function breakStore(subjectText: string, args: MatrixArguments): Promise<number> {
  requireWritable(args.output)
  const jobs = args.jobs === undefined ? null : wholeNumber('--jobs', args.jobs)
  using interruption = interruptible()
  using _cutOff = failWhenCutOff()
  const { signal } = interruption
  const watch = { signal, onMutant: (mutant: MutantResult) => printLog(mutantLine(mutant)) }
  const matrix = subjectText.startsWith(FLOWS)
    ? await breakFlows(subjectText, args, { ...watch, jobs: jobs ?? jobsByDefault() })
    : await breakSubject(subjectText, args, jobs, watch)
  writeMatrix(matrix, args)
  return proveExitCode(matrix, signal.aborted)
}

async function breakSubject(
  subjectText: string,
  args: MatrixArguments,
  jobs: number | null,
  watch: Required<Pick<ProveOptions, 'onMutant' | 'signal'>>,
): Promise<KillMatrix> {
  const options = suiteRunOptions(args)
  const nothing = emptySelection(args)
  if (nothing !== null) throw new NothingDoneError(nothing)
  const shareable = isShareable(subjectText)
  const count = jobs ?? (shareable ? jobsByDefault() : 1)
  if (count > 1 && !shareable) {
    throw new UsageError(`${subjectText} can be opened by one process at a time: --jobs 1`)
  }
  await using opened = await openSubject(subjectText)
  if (count === 1) return await prove(opened.subject, { ...options, ...watch })
  await using processes = startJudges(subjectText, count, options, watch.signal)
  return await prove(opened.subject, { ...options, ...watch, judges: processes.judges })
}

/** A subject that ends the process, even with exit code 0, has not been proved. */
function failWhenCutOff(): Disposable {
  const onExit = (): void => {
    printLog('the process ended before every mutant was tried; nothing is claimed')
    process.exitCode = ExitCode.different
  }
  process.once('exit', onExit)
  return { [Symbol.dispose]: () => process.off('exit', onExit) }
}

function jobsByDefault(): number {
  return Math.min(availableParallelism(), JOBS_MAX)
}

function writeMatrix(matrix: KillMatrix, { output, json }: MatrixArguments): void {
  const document = `${JSON.stringify(matrix, null, 2)}\n`
  if (output !== undefined) {
    const page = output.endsWith('.html')
    writeFileSync(output, page ? htmlPage(matrix.control, matrix) : document)
  }
  printText(json ? document : `${matrixText(matrix, terminalStyle())}\n`)
}
