import yargs, { type Argv, type CommandModule } from 'yargs'
import { type Command, commandNames, commandPath, commandsFor, verbsOf } from './commands/index.js'
import { failureOf } from './usage/failures.js'
import { printError, setLoudness, terminalWidth } from './terminal/output.js'
import { packageVersion } from './package-version.js'
import { suggestion } from './usage/suggestion.js'
import { UsageError } from './usage/usage-error.js'
import { optionWithoutValue, usageMessage } from './usage/usage-message.js'

/** Lines of help are no longer than this, however wide the terminal is. */
const HELP_WIDTH_MAX = 100

const COMPLETION = 'completion'

/** Runs one command line and leaves its verdict in `process.exitCode`. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const command = commandPath(argv)
  try {
    const width = Math.min(terminalWidth(), HELP_WIDTH_MAX)
    const line = parser(argv, await commandsFor(argv), width)
    // Yargs prints the script and then goes on to refuse the command it does not have.
    if (argv[0] === COMPLETION) line.showCompletionScript()
    else await line.parseAsync()
  } catch (error) {
    const { message, code } = failureOf(await inOurWords(error, argv))
    const help = ['threadstore', ...command, '--help'].join(' ')
    const remedy = error instanceof UsageError ? ` (${help} lists what there is)` : ''
    printError(`threadstore: ${message}${remedy}`, error)
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

/** A command line that the parser refuses. */
class RefusedError extends UsageError {
  override readonly name = 'RefusedError'
  readonly options: readonly string[]

  constructor(message: string, options: readonly string[]) {
    super(message)
    this.options = options
  }
}

async function inOurWords(error: unknown, argv: readonly string[]): Promise<unknown> {
  if (!(error instanceof RefusedError)) return error
  const command = commandPath(argv)
  const [usage = ''] = (await helpOf(command, HELP_WIDTH_MAX)).split('\n')
  const options = error.options.map((option) => `--${option}`)
  const words = command.length === 0 ? commandNames : verbsOf(command[0] ?? '')
  const meant = (name: string, isOption: boolean): string =>
    isOption ? suggestion(`--${name}`, options) : suggestion(name, words)
  return new UsageError(usageMessage(error.message, { argv, command, usage, meant }))
}

function parser(argv: readonly string[], commands: readonly Command[], width: number): Argv {
  const root: Argv = yargs([...argv])
    .scriptName('threadstore')
    .usage('$0 <command>\n\nTests stores of Codex threads, and moves threads between them.')
    .version(packageVersion())
    .options({
      quiet: { type: 'boolean', default: false, describe: 'print results and errors, no progress' },
      verbose: { type: 'boolean', default: false, describe: 'also print what is done, and causes' },
    })
    // Messages are part of the documented interface, so they do not follow the user's locale.
    .locale('en')
    .wrap(width)
    .strict()
    .completion(COMPLETION, 'print a script that completes commands in a shell')
    .exitProcess(false)
    .middleware(({ quiet, verbose }) => {
      requireValues(argv, root)
      setLoudness({ quiet, verbose })
    }, true)
    .fail((message, error) => {
      throw error ?? new RefusedError(message, optionsOf(root).all)
    })
  return commands.reduce((line, add) => add(line), root).command(noCommand)
}

/** A parser takes `--report` with nothing behind it for an empty name. */
function requireValues(argv: readonly string[], root: Argv): void {
  const bare = optionWithoutValue(argv, optionsOf(root).withValue)
  if (bare !== undefined) throw new UsageError(`${bare.replace(/=$/, '')} needs a value`)
}

/** The options of the command that is being parsed, which yargs knows and does not declare. */
function optionsOf(line: Argv): { readonly all: string[]; readonly withValue: string[] } {
  const { key, string, number } = (
    line as unknown as {
      getOptions(): { key: object; string: readonly string[]; number: readonly string[] }
    }
  ).getOptions()
  return { all: Object.keys(key), withValue: [...string, ...number] }
}

/** As the default command it makes yargs name what it does not know, not ask for a command. */
const noCommand: CommandModule = {
  command: '$0',
  describe: false,
  handler: () => {
    throw new UsageError('no command given')
  },
}
