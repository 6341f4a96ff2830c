import yargs, { type Argv, type CommandModule } from 'yargs'
import { type Command, commandNames, commandsFor } from './commands/index.js'
import { failureOf } from './failures.js'
import { printLog, terminalWidth } from './output.js'
import { packageVersion } from './package-version.js'
import { suggestion } from './suggestion.js'
import { UsageError } from './usage-error.js'

/** Lines of help are no longer than this, however wide the terminal is. */
const HELP_WIDTH_MAX = 100

/** Runs one command line and leaves its verdict in `process.exitCode`. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const width = Math.min(terminalWidth(), HELP_WIDTH_MAX)
    await parser(argv, await commandsFor(argv), width).parseAsync()
  } catch (error) {
    const { message, code } = failureOf(error)
    printLog(`threadstore: ${message}`)
    process.exitCode = code
  }
}

/** What `--help` prints for a command, such as `['threads', 'list']`; for the program with none. */
export async function helpOf(command: readonly string[], width: number): Promise<string> {
  const argv = [...command, '--help']
  const line = parser(argv, await commandsFor(argv), width)
  return await new Promise((resolve) => {
    void line.parseAsync(argv, {}, (_error, _args, output) => resolve(output))
  })
}

function parser(argv: readonly string[], commands: readonly Command[], width: number): Argv {
  const root: Argv = yargs([...argv])
    .scriptName('threadstore')
    .usage('$0 <command>\n\nTests stores of Codex threads, and moves threads between them.')
    .version(packageVersion())
    // Messages are part of the documented interface, so they do not follow the user's locale.
    .locale('en')
    .wrap(width)
    .strict()
    .completion('completion', 'print a script that completes commands in a shell')
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(`${message}${meantInstead(message, root)}`)
    })
  return commands.reduce((line, add) => add(line), root).command(noCommand)
}

const UNKNOWN = /^Unknown arguments?: ([\w-]+)/

/** What was meant by something that yargs does not know. */
function meantInstead(message: string, line: Argv): string {
  const [, name] = UNKNOWN.exec(message) ?? []
  if (name === undefined) return ''
  const { key } = (line as unknown as { getOptions(): { key: object } }).getOptions()
  const options = Object.keys(key).map((option) => `--${option}`)
  return (
    suggestion(name, [...commandNames, 'list', 'show', 'export']) ||
    suggestion(`--${name}`, options)
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
