/** What is known of a command line that was refused. */
export interface RefusedLine {
  readonly argv: readonly string[]
  /** The words of the command: `['threads', 'list']`; none where there is no such command. */
  readonly command: readonly string[]
  /** The first line of the command's help, which names what it takes. */
  readonly usage: string
  /** What was meant by something that is not known, as the end of a sentence. */
  readonly meant: (name: string, isOption: boolean) => string
}

/** Says in our words what the parser says in its own, which name neither the thing nor the remedy. */
export function usageMessage(message: string, line: RefusedLine): string {
  for (const [pattern, say] of sayings) {
    const match = pattern.exec(message)
    if (match !== null) return say(match.slice(1), line)
  }
  return message
}

type Say = (parts: readonly string[], line: RefusedLine) => string

const sayings: readonly (readonly [RegExp, Say])[] = [
  [/^Not enough non-option arguments: got (\d+)/, missingPositional],
  [/^Missing required arguments?: (.+)$/, ([names = '']) => missingOptions(names.split(', '))],
  [/^Unknown arguments?: (.+)$/, unknown],
  [/^Unknown commands?: (.+)$/, unknown],
  [/Argument: ([\w-]+), Given: "?([^"]*)"?, Choices: (.+)$/s, notAChoice],
]

function missingPositional([got = '0']: readonly string[], { usage }: RefusedLine): string {
  const names = [...usage.matchAll(/<([\w-]+)>/g)].map(([, name]) => `<${name}>`)
  const missing = names.slice(Number(got))
  return `${listed(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`
}

function missingOptions(names: readonly string[]): string {
  return `${listed(names.map((name) => `--${name}`))} ${names.length > 1 ? 'are' : 'is'} missing`
}

function unknown([names = '']: readonly string[], { argv, command, meant }: RefusedLine): string {
  const [name = ''] = names.split(', ')
  const isOption = argv.some((word) => word.startsWith('-') && nameOf(word) === name)
  if (isOption) return `there is no option --${name}${meant(name, true)}`
  if (command.length > 0) return `${name} is more than this command takes${meant(name, false)}`
  return `there is no command ${name}${meant(name, false)}`
}

function notAChoice([name = '', given = '', choices = '']: readonly string[]): string {
  return `--${name}: ${given} is none of ${choices.replaceAll('"', '')}`
}

/** An option that expects a value and has none: it stands at the end or before another option. */
export function optionWithoutValue(
  argv: readonly string[],
  options: readonly string[],
): string | undefined {
  return argv.find((word, at) => {
    const next = argv[at + 1]
    const isLast = next === undefined || next.startsWith('--')
    const isBare = word.includes('=') ? word.endsWith('=') : isLast
    return isBare && word.startsWith('--') && options.includes(nameOf(word))
  })
}

/** `--name=value` without what surrounds the name. */
function nameOf(word: string): string {
  return word.replace(/^-+/, '').replace(/=.*$/s, '')
}

function listed(names: readonly string[]): string {
  return names.join(' and ')
}
