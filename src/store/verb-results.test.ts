import { expect, test } from 'vitest'
import { resultProblem } from './verb-results.js'

test('a result is held to the schema of its verb, where it has one', () => {
  const page = { items: [], nextCursor: null }
  expect(resultProblem('listThreads', page)).toBeNull()
  expect(resultProblem('listThreads', { ...page, items: [7] })).toBe('/items/0 must be object')
  expect(resultProblem('listThreads', null)).toBe('the result must be object')
  expect(resultProblem('flushThread', 'anything')).toBeNull()
})
