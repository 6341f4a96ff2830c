import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { principalWith } from './principal.js'
import { parseTokenList } from './token-list.js'

const hash = (token: string): string => createHash('sha256').update(token).digest('hex')
const entry = { id: 'ci', sha256: hash('secret'), scopes: ['read'] }
const listOf = (...tokens: object[]): string => JSON.stringify({ tokens })

describe('a list of tokens', () => {
  test('finds what each token is good for', () => {
    const list = parseTokenList(
      listOf(entry, { ...entry, id: 'b', sha256: hash('other'), namespace: 'team' }),
    )
    expect(list.find('secret')).toEqual({ tokenId: 'ci', namespace: 'default', scopes: ['read'] })
    expect(list.find('other')).toEqual({ tokenId: 'b', namespace: 'team', scopes: ['read'] })
    for (const token of ['', 'Secret', 'secret ', hash('secret')]) {
      expect(list.find(token)).toBeNull()
    }
  })

  test.each([
    ['no JSON', '{'],
    ['no list', '{}'],
    ['an unknown field', listOf({ ...entry, token: 'secret' })],
    ['an unknown scope', listOf({ ...entry, scopes: ['write'] })],
    ['no scope', listOf({ ...entry, scopes: [] })],
    ['a hash that is none', listOf({ ...entry, sha256: 'secret' })],
    ['a namespace that cannot be one', listOf({ ...entry, namespace: 'a*b' })],
    ['one id twice', listOf(entry, { ...entry, sha256: hash('other') })],
  ])('with %s is refused, and its tokens are not shown', (_what, text) => {
    expect(() => parseTokenList(text)).toThrow(/cannot be used/)
    expect(() => parseTokenList(text)).not.toThrow(/secret/)
  })
})

describe('the namespace of a request', () => {
  const grant = (namespace: string): Parameters<typeof principalWith>[0] => ({
    tokenId: 't',
    namespace,
    scopes: [],
  })

  test.each([
    ['team', undefined, 'team'],
    ['team', 'team', 'team'],
    ['*', undefined, 'default'],
    ['*', 'any', 'any'],
    ['test-*', 'test-1', 'test-1'],
  ])('of a token for %s that names %s is %s', (granted, wanted, namespace) => {
    expect(principalWith(grant(granted), wanted).namespace).toBe(namespace)
  })

  test.each([
    ['team', 'other'],
    ['team', ''],
    ['test-*', undefined],
    ['test-*', 'best-1'],
    ['*', ''],
    ['*', '../x'],
    ['*', 'x'.repeat(129)],
  ])('of a token for %s is not %j', (granted, wanted) => {
    expect(() => principalWith(grant(granted), wanted)).toThrow(/is not for the namespace/)
  })
})
