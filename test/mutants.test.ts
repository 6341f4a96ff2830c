import { beforeAll, describe, expect, test } from 'vitest'
import { type KillMatrix, mutants, prove } from '../conformance/index.js'
import { memorySubject } from '../conformance/mutants/memory-subject.js'

describe('the suite, run against broken stores', () => {
  let matrix: KillMatrix

  beforeAll(async () => {
    matrix = await prove(memorySubject())
  }, 600_000)

  test('passes the store that is not broken', () => {
    expect(matrix.control.cases.filter(({ outcome }) => outcome === 'failed')).toEqual([])
  })

  test('kills every mutant, each by a case of the requirement it violates', () => {
    const rest = matrix.mutants.filter(({ outcome }) => outcome !== 'killed')
    expect(rest.map(({ id, outcome, collateral }) => ({ id, outcome, collateral }))).toEqual([])
  })

  test('has a mutant for every MUST requirement', () => {
    expect(matrix.unguarded).toEqual([])
  })

  test('has no case that cannot fail', () => {
    expect(matrix.toothless).toEqual([])
  })

  test('gives every mutant an id of its own', () => {
    const ids = mutants.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
