import { writeFileSync } from 'node:fs'
import type { Argv } from 'yargs'
import { examples } from '../examples.js'
import {
  type KillMatrix,
  type MutantResult,
  htmlPage,
  matrixText,
  mutantLine,
  prove,
} from '../../conformance/index.js'
import { proveExitCode } from '../conformance-exit-code.js'
import { interruptible } from '../interruptible.js'
import { SUBJECT_FORMS, openSubject } from '../open-subject.js'
import { printLog, printText } from '../output.js'
import { type SuiteArguments, suiteOptions, suiteRunOptions } from '../suite-options.js'
import { breakFlows, FLOWS } from '../test-flows.js'
import { requireWritable } from '../report-sink.js'
import { terminalStyle } from '../text-style.js'

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
          output: {
            type: 'string',
            describe: 'file for the kill matrix: JSON, or a page if it ends in .html',
          },
          json: { type: 'boolean', default: false, describe: 'print the kill matrix' },
        })
        .epilogue(examples({ 'the matrix of requirements and defects': 'prove ./my-store.js' })),
    async (args) => {
      process.exitCode = await breakStore(args.subject, args)
    },
  )
}

interface MatrixArguments extends SuiteArguments {
  readonly output?: string | undefined
  readonly json: boolean
}

async function breakStore(subjectText: string, args: MatrixArguments): Promise<number> {
  requireWritable(args.output)
  using interruption = interruptible()
  const { signal } = interruption
  const onMutant = (mutant: MutantResult): void => printLog(mutantLine(mutant))
  const matrix = subjectText.startsWith(FLOWS)
    ? await breakFlows(subjectText, args, signal, onMutant)
    : await breakSubject(subjectText, args, signal, onMutant)
  writeMatrix(matrix, args)
  return proveExitCode(matrix, signal.aborted)
}

async function breakSubject(
  subjectText: string,
  args: MatrixArguments,
  signal: AbortSignal,
  onMutant: (mutant: MutantResult) => void,
): Promise<KillMatrix> {
  await using opened = await openSubject(subjectText)
  return await prove(opened.subject, { ...suiteRunOptions(args), signal, onMutant })
}

function writeMatrix(matrix: KillMatrix, { output, json }: MatrixArguments): void {
  const document = `${JSON.stringify(matrix, null, 2)}\n`
  if (output !== undefined) {
    const page = output.endsWith('.html')
    writeFileSync(output, page ? htmlPage(matrix.control, matrix) : document)
  }
  printText(json ? document : `${matrixText(matrix, terminalStyle())}\n`)
}
