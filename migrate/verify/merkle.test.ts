import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { merkleRoot } from './merkle.js'

function hash(...parts: readonly (string | Buffer)[]): Buffer {
  const all = createHash('sha256')
  for (const part of parts) all.update(part)
  return all.digest()
}

const leaf = (text: string): Buffer => hash('\0', text)
const node = (left: Buffer, right: Buffer): Buffer => hash('\x01', left, right)

describe('merkleRoot', () => {
  test('of nothing is the hash of nothing', () => {
    expect(merkleRoot([])).toBe(hash().toString('hex'))
  })

  test('of one leaf is the hash of the leaf', () => {
    expect(merkleRoot(['a'])).toBe(leaf('a').toString('hex'))
  })

  test('of five leaves is the tree of RFC 6962', () => {
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(leaf) as [Buffer, ...Buffer[]]
    const four = node(node(a, b as Buffer), node(c as Buffer, d as Buffer))
    expect(merkleRoot(['a', 'b', 'c', 'd', 'e'])).toBe(node(four, e as Buffer).toString('hex'))
  })

  test('changes with every leaf and with their order', () => {
    const roots = [
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
      ['b', 'a', 'c'],
      ['a', 'b'],
    ].map(merkleRoot)
    expect(new Set(roots).size).toBe(4)
  })
})
