/** The end of a command's help: command lines to copy, each under what it is for. */
export function examples(lines: Readonly<Record<string, string>>): string {
  const shown = Object.entries(lines).map(([what, line]) => `  # ${what}\n  $0 ${line}`)
  return `Examples:\n${shown.join('\n')}`
}
