import type { Finding, SourceFile } from './source-file.js'
import { calledName, children, isString, type Node, nodesAt } from './syntax-tree.js'

const GROUPS: readonly string[] = ['describe', 'suite']
const TESTS: readonly string[] = ['test', 'it']

/** Titles that two tests share, so that a report cannot say which failed, and titles that hope. */
export function checkTestTitles(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const seen = new Set<string>()
  const visit = (node: Node, group: string): void => {
    const call = titledCall(node)
    const path = call === undefined ? group : `${group} > ${call.title}`
    if (call !== undefined && TESTS.includes(call.kind)) {
      const line = file.lineOf(node)
      if (seen.has(path)) {
        const message = `a second test called '${call.title}' is banned, use a title of its own`
        findings.push({ file: file.path, line, message })
      }
      if (call.title.startsWith('should ')) {
        const message = `a title that begins with 'should' is banned, use the present tense`
        findings.push({ file: file.path, line, message })
      }
      seen.add(path)
    }
    for (const child of children(node)) visit(child, path)
  }
  visit(file.program, '')
  return findings
}

/** `describe('title', …)`, `test.each(…)('title', …)` and whatever else ends in a title. */
function titledCall(node: Node): { readonly kind: string; readonly title: string } | undefined {
  const [title] = nodesAt(node, 'arguments')
  if (!isString(title)) return undefined
  const kind = calledName(node)
  if (kind === undefined || ![...GROUPS, ...TESTS].includes(kind)) return undefined
  return { kind, title: title.value }
}
