import { createRequire } from 'node:module'
import yargs, { type Argv, type CommandModule } from 'yargs'
import { commands } from './commands/index.js'
import { ExitCode } from './exit-codes.js'
import { printLog } from './output.js'
import { UsageError } from './usage-error.js'

/** Runs one command line and leaves its verdict in `process.exitCode`. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await parser(argv).parseAsync()
  } catch (error) {
    process.exitCode = report(error)
  }
}

function parser(argv: readonly string[]): Argv {
  return (
    yargs([...argv])
      .scriptName('threadstore')
      .usage('$0 <command>\n\nTests stores of Codex threads, and moves threads between them.')
      .version(packageVersion())
      // Messages are part of the documented interface, so they do not follow the user's locale.
      .locale('en')
      .strict()
      .command([...commands, noCommand])
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new UsageError(message)
      })
  )
}

/** As the default command it makes yargs name what it does not know, not ask for a command. */
const noCommand: CommandModule = {
  command: '$0',
  describe: false,
  handler: () => {
    throw new UsageError('no command given')
  },
}

/** By its own name, because the path to the manifest differs between source and `dist`. */
function packageVersion(): string {
  const require = createRequire(import.meta.url)
  const manifest = require('threadstore/package.json') as { version: string }
  return manifest.version
}

function report(error: unknown): ExitCode {
  if (error instanceof UsageError) {
    printLog(`threadstore: ${error.message} (threadstore --help lists what there is)`)
    return ExitCode.usage
  }
  printLog(`threadstore: internal error: ${error instanceof Error ? error.stack : String(error)}`)
  return ExitCode.bug
}
