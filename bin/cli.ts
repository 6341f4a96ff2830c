import yargs, { type Argv, type CommandModule } from 'yargs'
import { type Command, commandsFor } from './commands/index.js'
import { failureOf } from './failures.js'
import { printLog } from './output.js'
import { packageVersion } from './package-version.js'
import { UsageError } from './usage-error.js'

/** Runs one command line and leaves its verdict in `process.exitCode`. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await parser(argv, await commandsFor(argv)).parseAsync()
  } catch (error) {
    const { message, code } = failureOf(error)
    printLog(`threadstore: ${message}`)
    process.exitCode = code
  }
}

function parser(argv: readonly string[], commands: readonly Command[]): Argv {
  const root = yargs([...argv])
    .scriptName('threadstore')
    .usage('$0 <command>\n\nTests stores of Codex threads, and moves threads between them.')
    .version(packageVersion())
    // Messages are part of the documented interface, so they do not follow the user's locale.
    .locale('en')
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message)
    })
  return commands.reduce((line, add) => add(line), root).command(noCommand)
}

/** As the default command it makes yargs name what it does not know, not ask for a command. */
const noCommand: CommandModule = {
  command: '$0',
  describe: false,
  handler: () => {
    throw new UsageError('no command given')
  },
}
