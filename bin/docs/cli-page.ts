import { helpOf } from '../cli.js'
import { commandPaths } from '../commands/index.js'

const WIDTH = 100

const INTRODUCTION = `# Command line

What \`--help\` says, for every command. A test keeps this page equal to it.
Stores and exit codes are explained in [operations.md](operations.md).
Colours and progress bars are for terminals and follow \`NO_COLOR\`; results go to stdout, everything else to stderr.
`

/** \`docs/cli.md\`, from what the commands say of themselves. */
export async function cliPage(): Promise<string> {
  const sections: string[] = []
  for (const command of [[], ...commandPaths]) sections.push(await section(command))
  return [INTRODUCTION, ...sections].join('\n')
}

async function section(command: readonly string[]): Promise<string> {
  const title = command.length === 0 ? 'threadstore' : command.join(' ')
  return `## ${title}\n\n\`\`\`text\n${(await helpOf(command, WIDTH)).trimEnd()}\n\`\`\`\n`
}
