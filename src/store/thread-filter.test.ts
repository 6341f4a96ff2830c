import { expect, test } from 'vitest'
import type { ThreadRecord } from './records.js'
import { searchSnippet } from './thread-filter.js'

const saying = (preview: string): ThreadRecord =>
  ({ name: null, title: null, preview, firstUserMessage: null }) as ThreadRecord

test.each([
  ['the word alone', 'word', 'the word alone'],
  ['The WORD in its own case', 'word', 'The WORD in its own case'],
  [`${'a'.repeat(41)}word${'b'.repeat(41)}`, 'word', `…${'a'.repeat(40)}word${'b'.repeat(40)}…`],
  [`${'a'.repeat(40)}word${'b'.repeat(40)}`, 'word', `${'a'.repeat(40)}word${'b'.repeat(40)}`],
  // The cut goes through a character of two code units on either side.
  [
    `😀${'a'.repeat(39)}word${'b'.repeat(39)}😀`,
    'word',
    `…${'a'.repeat(39)}word${'b'.repeat(39)}…`,
  ],
  ['nothing of the kind', 'word', ''],
])('%j is shown around %j as %j', (text, term, snippet) => {
  expect(searchSnippet(saying(text), term)).toBe(snippet)
})
