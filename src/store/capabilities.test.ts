import { expect, test } from 'vitest'
import { capabilitiesProblem } from './capabilities.js'

test('a claim that is none is named', () => {
  expect(capabilitiesProblem(null)).toBe('supports must be object')
  expect(capabilitiesProblem({})).toMatch(/^supports must have required property/)
})
