import { describe, expect, test } from 'vitest'
import { parseStoreAddress, redact } from './store-address.js'

describe('parseStoreAddress', () => {
  test.each([
    ['memory:', { kind: 'memory' }],
    ['~/.codex', { kind: 'local', dir: '~/.codex' }],
    ['C:\\home', { kind: 'local', dir: 'C:\\home' }],
    ['local:/a:b', { kind: 'local', dir: '/a:b' }],
    ['pglite:/db', { kind: 'pglite', dir: '/db', namespace: null }],
    ['pglite:/db?namespace=a', { kind: 'pglite', dir: '/db', namespace: 'a' }],
    ['postgres://h/db', { kind: 'postgres', url: 'postgres://h/db', namespace: null }],
    [
      'postgresql://u:p@h:5432/db?sslmode=require&namespace=team%20a',
      { kind: 'postgres', url: 'postgresql://u:p@h:5432/db?sslmode=require', namespace: 'team a' },
    ],
    ['http://h:8080', { kind: 'http', url: 'http://h:8080/', token: null, namespace: null }],
    [
      'https://:a%2Fb@h/team?namespace=c',
      { kind: 'http', url: 'https://h/team', token: 'a/b', namespace: 'c' },
    ],
  ])('reads %s', (text, address) => {
    expect(parseStoreAddress(text)).toEqual(address)
  })

  test.each([
    ['', 'a store is missing'],
    ['mysql://h/db', 'mysql: is no kind of store'],
    ['local:', 'local:DIR lacks its folder'],
    ['pglite:', 'pglite:DIR lacks its folder'],
    ['postgres://u:secret@h:port/db', 'postgres://u:***@h:port/db is no valid URL'],
    ['http://:secret@h:port', 'http://:***@h:port is no valid URL'],
    ['https://secret@h', 'stands where the password does'],
    ['https://h/?token=secret', 'https://h/?token=***: token is nothing'],
  ])('refuses %j', (text, message) => {
    expect(() => parseStoreAddress(text)).toThrow(message)
  })
})

describe('redact', () => {
  test.each([
    ['postgres://u:secret@h/db', 'postgres://u:***@h/db'],
    ['to postgres://u:s:e%40c@h/db now', 'to postgres://u:***@h/db now'],
    ['postgres://:secret@h/db', 'postgres://:***@h/db'],
    ['postgres://u@h/db', 'postgres://u@h/db'],
    ['http://h/?token=abc&x=1', 'http://h/?token=***&x=1'],
    ['postgres://h/db?user=u&password=secret', 'postgres://h/db?user=u&password=***'],
    ['at 12:30 me@example.com', 'at 12:30 me@example.com'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })
})
