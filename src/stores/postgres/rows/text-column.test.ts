import { describe, expect, test } from 'vitest'
import { isStorable, textFor } from './text-column.js'

describe('textFor', () => {
  test.each([
    ['plain', 'plain'],
    ['nul \0 inside', 'nul \ufffd inside'],
    ['half \ud83d', 'half \ufffd'],
    ['other half \ude00', 'other half \ufffd'],
    ['whole \u{1f600}', 'whole \u{1f600}'],
    [null, null],
  ])('%j becomes %j', (text, column) => {
    expect(textFor(text)).toBe(column)
  })
})

describe('isStorable', () => {
  test.each([
    ['plain \u{1f600}', true],
    ['\0', false],
    ['\ud83d', false],
    // A column may hold it in the place of something else.
    ['\ufffd', false],
  ])('%j: %j', (text, storable) => {
    expect(isStorable(text)).toBe(storable)
    // Asking twice gives the same answer: a global expression remembers where it was.
    expect(isStorable(text)).toBe(storable)
  })
})
