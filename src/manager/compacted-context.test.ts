import { expect, test } from 'vitest'
import { compactedContext, summaryText } from './compacted-context.js'
import { messageText } from './user-input.js'

const texts = (said: readonly string[], summary = summaryText('sum')): string[] =>
  compactedContext(said, summary).map(messageText)

test('the user keeps the last word for word, as far as there is room', () => {
  const long = 'x'.repeat(79_000)
  expect(texts(['first', long, 'last'])).toEqual(['first', long, 'last', summaryText('sum')])
  expect(texts(['first', `${long}${long}`, 'last'])).toEqual(['last', summaryText('sum')])
})

test('a summary stands in the place of an earlier one', () => {
  expect(texts(['one', summaryText('old'), 'two'])).toEqual(['one', 'two', summaryText('sum')])
})

test('a summary that is empty says so', () => {
  expect(summaryText('')).toMatch(/\n\(no summary available\)$/)
})
