import { visitorKeys } from 'oxc-parser'

/** A node of the syntax tree. The rules look at a handful of kinds, so the rest stays untyped. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export function* children(node: Node): Generator<Node> {
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key]
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield child
    }
  }
}

/** The node and everything below it, in the order of the text. */
export function* descendants(node: Node): Generator<Node> {
  yield node
  for (const child of children(node)) yield* descendants(child)
}

export function nodeAt(node: Node, key: string): Node | undefined {
  const value = node[key]
  return isNode(value) ? value : undefined
}

export function nodesAt(node: Node, key: string): readonly Node[] {
  const value = node[key]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier, `undefined` for every other kind of node. */
export function nameOf(node: Node | undefined): string | undefined {
  return node?.type === 'Identifier' && typeof node['name'] === 'string' ? node['name'] : undefined
}

/** The name a call chain begins with: `test` for `test.each(rows)('title', …)`. */
export function calledName(node: Node): string | undefined {
  let callee = node.type === 'CallExpression' ? nodeAt(node, 'callee') : undefined
  while (callee !== undefined && callee.type !== 'Identifier') {
    callee = nodeAt(callee, 'object') ?? nodeAt(callee, 'callee')
  }
  return nameOf(callee)
}

export function isString(node: Node | undefined): node is Node & { readonly value: string } {
  return node?.type === 'Literal' && typeof node['value'] === 'string'
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
