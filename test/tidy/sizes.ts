import { basename } from 'node:path/posix'
import { countLines, type Finding, type SourceFile } from './source-file.js'
import { calledName, children, type Node, nodesAt } from './syntax-tree.js'

const FUNCTION_LINES_MAX = 70
const FILE_LINES_MAX = 500

/** Tables that are long because the world is, not because somebody did not split them. */
const MAY_BE_LONG: readonly string[] = ['requirements.ts']

const FUNCTIONS: readonly string[] = [
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]

/** Functions and files that are too long to be read in one go. */
export function checkSizes(file: SourceFile): Finding[] {
  const findings = longFunctions(file, file.program)
  const lines = countLines(file.text)
  if (lines > FILE_LINES_MAX && !MAY_BE_LONG.includes(basename(file.path))) {
    findings.push({ file: file.path, line: 1, message: tooLong('file', lines, FILE_LINES_MAX) })
  }
  return findings
}

function longFunctions(file: SourceFile, node: Node): Finding[] {
  const findings: Finding[] = []
  // A `describe` block is a heading over tests, not a function anybody has to follow.
  const headings = calledName(node) === 'describe' ? nodesAt(node, 'arguments') : []
  for (const child of children(node)) {
    const lines = countLines(file.text.slice(child.start, child.end))
    if (FUNCTIONS.includes(child.type) && lines > FUNCTION_LINES_MAX && !headings.includes(child)) {
      findings.push({
        file: file.path,
        line: file.lineOf(child),
        message: tooLong('function', lines, FUNCTION_LINES_MAX),
      })
    }
    findings.push(...longFunctions(file, child))
  }
  return findings
}

function tooLong(what: string, lines: number, linesMax: number): string {
  return `a ${what} of ${lines} lines is banned, use several of at most ${linesMax}`
}
