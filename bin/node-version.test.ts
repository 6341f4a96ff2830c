import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { nodeVersionProblem, OLDEST_NODE } from './node-version.js'

test('the oldest Node is the one the manifest promises', () => {
  expect(manifest.engines.node).toBe(`>=${OLDEST_NODE}`)
})

test.each(['22.15.0', '22.21.1', '24.0.0', '30.1.0'])('Node %s is new enough', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined()
})

test.each(['18.20.8', '20.20.2', '22.14.0', '21.99.0'])('Node %s is too old', (version) => {
  const problem = nodeVersionProblem(version)
  expect(problem).toContain(version)
  expect(problem).toContain('install a newer Node')
  expect(problem).not.toContain('\n')
})
