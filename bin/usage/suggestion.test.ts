import { expect, test } from 'vitest'
import { suggestion } from './suggestion.js'

test('a name that is nearly right brings up the right one', () => {
  expect(suggestion('migrat', ['scan', 'migrate', 'verify'])).toBe('; did you mean migrate?')
})

test('a name that is like no other brings up none', () => {
  expect(suggestion('teleport', ['scan', 'migrate', 'verify'])).toBe('')
})
