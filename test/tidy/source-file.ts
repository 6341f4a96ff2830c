import { type Comment, parseSync } from 'oxc-parser'
import { children, isString, nameOf, type Node, nodeAt, nodesAt } from './syntax-tree.js'

/** One thing that is wrong, and what to do instead. */
export interface Finding {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** One module that a file names, be it by an import, a re-export, `import()` or `import type`. */
interface Reference {
  readonly specifier: string
  /** What it takes from the module: exported names, or `EVERYTHING`. */
  readonly names: readonly string[]
  readonly line: number
}

/** Stands for every export of a module. */
export const EVERYTHING = '*'

/** A TypeScript file as the rules see it. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly imports: readonly Reference[]
  /** Every other string in the file: it may be the path of a script that is run, not imported. */
  readonly strings: readonly string[]
  lineOf(node: { readonly start: number }): number
}

export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text)
  const [problem] = errors
  if (problem !== undefined) throw new SyntaxError(`${path}: ${problem.message}`)
  const root = program as unknown as Node
  const lineOf = ({ start }: { readonly start: number }): number =>
    text.slice(0, start).split('\n').length
  const imports: Reference[] = []
  const strings: string[] = []
  const visit = (node: Node): void => {
    const source = nodeAt(node, 'source')
    if (isString(source)) {
      imports.push({ specifier: source.value, names: namesTaken(node), line: lineOf(node) })
    } else if (isString(node)) strings.push(node.value)
    for (const child of children(node)) if (child !== source) visit(child)
  }
  visit(root)
  return { path, text, program: root, comments, imports, strings, lineOf }
}

function namesTaken(node: Node): readonly string[] {
  switch (node.type) {
    case 'ImportDeclaration':
      return namesIn(node, 'imported')
    case 'ExportNamedDeclaration':
      return namesIn(node, 'local')
    case 'TSImportType':
      return [nameOf(nodeAt(node, 'qualifier')) ?? EVERYTHING]
    default:
      return [EVERYTHING]
  }
}

/** The names in the braces of an import or export, on the side that `key` says. */
export function namesIn(node: Node, key: 'exported' | 'imported' | 'local'): readonly string[] {
  return nodesAt(node, 'specifiers').map((each) => nameOf(nodeAt(each, key)) ?? EVERYTHING)
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

export function countLines(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}
