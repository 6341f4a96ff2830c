import { expect, test } from 'vitest'
import { harmless } from './output.js'

test.each([
  ['moves of the cursor', 'a\u001B[2Jb\u001B[1Ac', 'a\\u001b[2Jb\\u001b[1Ac'],
  ['titles', '\u001B]0;owned\u0007', '\\u001b]0;owned\\u0007'],
  ['one-byte sequences', '\u009B2J', '\\u009b2J'],
  ['what writes over the line', 'proven\rfailed\b', 'proven\\u000dfailed\\u0008'],
  ['turned directions', 'abc\u202Egpj', 'abc\\u202egpj'],
])('%s are shown, not carried out', (_, text, shown) => {
  expect(harmless(text)).toBe(shown)
})

test.each(['\u001B[31mred\u001B[39m', 'a\tb\nc', 'ünïcödé 日本語 🙂 👍🏽'])('%j passes', (text) => {
  expect(harmless(text)).toBe(text)
})

test('a document stays the same', () => {
  const value = { name: '\u001B[2J\u009B\u007F\u202E' }
  expect(JSON.parse(harmless(JSON.stringify(value)))).toEqual(value)
})
