import { expect, test } from 'vitest'
import { estimateTokens } from './token-usage.js'

test('tokens are guessed for a context of any length', () => {
  expect(estimateTokens(Array.from({ length: 200_000 }, () => 'four'))).toBe(200_000)
  expect(estimateTokens(['five!', { a: 1 }])).toBe(4)
})
