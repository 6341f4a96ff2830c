import { type Ban, BANS, type Kind } from './ban-table.js'
import { staleExceptions } from './exceptions.js'
import { type Finding, isTest, type SourceFile } from './source-file.js'
import { descendants, nameOf, type Node, nodeAt } from './syntax-tree.js'

interface Use {
  readonly name: string
  readonly at: { readonly start: number }
}

/** Everything that the table bans, and every exception in the table that is not needed. */
export function checkBans(files: readonly SourceFile[], bans: readonly Ban[] = BANS): Finding[] {
  const uses = files.map((file) => ({ file, uses: usesIn(file) }))
  return bans.flatMap((ban) => {
    const found = uses.flatMap(({ file, uses: inFile }) =>
      isBound(ban, file.path) ? findings(ban, file, inFile) : [],
    )
    const exceptions = ban.allowed ?? []
    const breakers = found.map(({ file }) => file)
    return [
      ...found.filter(({ file }) => !exceptions.some((exception) => exception.file === file)),
      ...staleExceptions('test/tidy/ban-table.ts', exceptions, breakers),
    ]
  })
}

function isBound(ban: Ban, path: string): boolean {
  const isUnder = (prefix: string): boolean => path.startsWith(prefix)
  return (
    ban.in.includes(kindOf(path)) &&
    (ban.under?.some(isUnder) ?? true) &&
    !(ban.home?.some(isUnder) ?? false)
  )
}

function kindOf(path: string): Kind {
  if (/^(?:test|bench|examples)\//.test(path)) return 'outside'
  return isTest(path) ? 'unit test' : 'shipped'
}

function findings(ban: Ban, file: SourceFile, uses: readonly Use[]): Finding[] {
  return uses
    .filter(({ name }) => ban.names.some((banned) => isNamed(name, banned)))
    .map(({ name, at }) => ({
      file: file.path,
      line: file.lineOf(at),
      message: `${name} is banned, use ${ban.use}`,
    }))
}

function isNamed(name: string, banned: string): boolean {
  return name === banned || (banned.endsWith('.') && name.startsWith(banned))
}

function usesIn(file: SourceFile): Use[] {
  const uses: Use[] = []
  for (const node of descendants(file.program)) {
    const name = useOf(node)
    if (name !== undefined) uses.push({ name, at: node })
  }
  for (const comment of file.comments) {
    if (comment.value.includes('FIXME')) uses.push({ name: 'FIXME', at: comment })
  }
  return uses
}

/** How the table spells what this node does, `undefined` when no ban could be about it. */
function useOf(node: Node): string | undefined {
  switch (node.type) {
    case 'MemberExpression':
      return `${nameOf(nodeAt(node, 'object')) ?? ''}.${nameOf(nodeAt(node, 'property')) ?? ''}`
    case 'NewExpression':
      return `new ${nameOf(nodeAt(node, 'callee')) ?? ''}`
    case 'CallExpression':
      return nameOf(nodeAt(node, 'callee'))
    case 'ImportSpecifier':
      return nameOf(nodeAt(node, 'imported'))
    case 'TSAsExpression':
      return nodeAt(node, 'typeAnnotation')?.type === 'TSAnyKeyword' ? 'as any' : undefined
    case 'TSEnumDeclaration':
      return 'enum'
    case 'ExportDefaultDeclaration':
      return 'export default'
    default:
      return undefined
  }
}
