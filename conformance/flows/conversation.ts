/** Lines at the end of a conversation that a report shows. */
const LINES_MAX = 60
const LINE_LENGTH_MAX = 600

/** What clients and servers said: `> ` what a client wrote, `< ` what it was told. */
export function talk(conversations: readonly (readonly string[])[]): string {
  const several = conversations.length > 1
  return conversations
    .flatMap((lines, index) => [...(several ? [`client ${index + 1}`] : []), ...lastLines(lines)])
    .join('\n')
}

function lastLines(lines: readonly string[]): string[] {
  const left = lines.length - LINES_MAX
  const shown = lines.slice(-LINES_MAX).map(shortened)
  return left > 0 ? [`… ${left} messages before`, ...shown] : shown
}

function shortened(line: string): string {
  return line.length > LINE_LENGTH_MAX ? `${line.slice(0, LINE_LENGTH_MAX)}…` : line
}
