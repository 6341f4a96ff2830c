import { beforeAll, describe, expect, test } from 'vitest'
import { type KillMatrix, mutants, prove } from '../conformance/index.js'
import { lazily } from '../conformance/mutants/lazily.js'
import { suite } from '../conformance/suite.js'
import { memorySubject } from '../conformance/mutants/memory-subject.js'

/** Defects of lazy stores are broken into a lazy store, all others into the reference store. */
const lazy = mutants.filter(({ needs }) => needs?.text === 'is lazy')
/** Those of processes that die are broken into the local store: `crash.test.ts`. */
const dying = mutants.filter(({ needs }) => needs?.text.includes('process-crash'))
const eager = mutants.filter((mutant) => !lazy.includes(mutant) && !dying.includes(mutant))

describe('the suite, run against broken stores', () => {
  let matrix: KillMatrix
  let lazyMatrix: KillMatrix

  beforeAll(async () => {
    matrix = await prove(memorySubject(), { quick: true, mutants: eager })
    // The decorator makes a store lazy for one call at a time.
    const cases = suite.filter(({ id }) => !id.startsWith('conc.'))
    lazyMatrix = await prove(lazily(memorySubject()), { quick: true, mutants: lazy, cases })
  }, 600_000)

  test('passes the store that is not broken', () => {
    const cases = [...matrix.control.cases, ...lazyMatrix.control.cases]
    const failed = cases.filter(({ outcome }) => outcome === 'failed')
    expect(failed.map(({ id }) => id)).toEqual([])
  })

  test('kills every mutant, each by a case of the requirement it violates', () => {
    const all = [...matrix.mutants, ...lazyMatrix.mutants]
    const rest = all.filter(({ outcome }) => outcome !== 'killed')
    expect(rest.map(({ id, outcome, collateral }) => ({ id, outcome, collateral }))).toEqual([])
  })

  test('has a mutant for every MUST requirement', () => {
    expect(matrix.unguarded).toEqual([])
  })

  test('gives every mutant an id of its own', () => {
    const ids = mutants.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
