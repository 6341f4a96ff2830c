import { expect, test } from 'vitest'
import { flowCases } from '../conformance/flows/cases/index.js'
import { flowMutants } from '../conformance/flows/mutants/index.js'
import { flowRequirements } from '../conformance/flows/requirements.js'
import { readText } from './tidy/repository.js'

const page = readText('docs/app-server.md')

/** The rows of the page: `| FLOW-1 | promise | cases |`. */
const rows = [...page.matchAll(/^\| (FLOW-\d+)\s*\| (.+?)\s*\| (.+?)\s*\|$/gm)].map(
  ([, id, sentence, cases = '']) => ({ id, sentence, cases: cases.split(', ') }),
)

test('the page of the app-server lists every requirement with the cases that check it', () => {
  const expected = flowRequirements.map(({ id, sentence }) => ({
    id,
    sentence,
    cases: flowCases
      .filter(({ requirements }) => requirements.includes(id))
      .map((one) => `\`${one.id}\``)
      .toSorted(),
  }))
  expect(rows).toEqual(expected)
})

test('every case has an id of its own, and every requirement a case', () => {
  const ids = flowCases.map(({ id }) => id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  expect(rows.filter(({ cases }) => cases[0] === '')).toEqual([])
})

test('every requirement has a mutant', () => {
  const guarded = new Set(flowMutants.map(({ violates }) => violates))
  expect(flowRequirements.filter(({ id }) => !guarded.has(id)).map(({ id }) => id)).toEqual([])
})

test('every mutant has a name of its own', () => {
  const ids = flowMutants.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})
