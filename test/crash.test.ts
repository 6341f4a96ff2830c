import { beforeAll, describe, expect, test } from 'vitest'
import { type KillMatrix, mutants, prove } from '../conformance/index.js'
import { localSubject } from './local-subject.js'

/** Defects that only a process that dies shows. */
const dying = mutants.filter(({ needs }) => needs?.text.includes('process-crash'))

describe('the crash sweep over the local store', () => {
  let matrix: KillMatrix

  beforeAll(async () => {
    matrix = await prove(localSubject(), {
      filter: 'crash.*',
      quick: true,
      mutants: dying,
      // Of this seed the calls that the broken stores break come early.
      seed: 27,
      trials: 14,
    })
  }, 600_000)

  test('kills every process it set out to kill, and finds nothing in the store as it is', () => {
    const [control, sweep] = matrix.control.cases
    expect(control).toMatchObject({ id: 'crash.control', outcome: 'passed' })
    expect(sweep).toMatchObject({
      id: 'crash.sweep',
      outcome: 'passed',
      figures: { trials: 14, torn: 0, lost: 0, lostUnflushed: 0 },
    })
    expect(sweep?.figures?.['killsInsideCalls']).toBeGreaterThan(5)
  })

  test('finds every broken store, each by the promise it breaks', () => {
    const found = matrix.mutants.map(({ id, outcome, collateral }) => ({ id, outcome, collateral }))
    expect(found).toEqual(dying.map(({ id }) => ({ id, outcome: 'killed', collateral: [] })))
  })

  test('has a broken store for every promise about processes that die', () => {
    expect(new Set(dying.map(({ violates }) => violates))).toEqual(
      new Set(['CRASH-3', 'CRASH-4', 'CRASH-5', 'CRASH-6']),
    )
  })
})
