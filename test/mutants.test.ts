import { beforeAll, describe, expect, test } from 'vitest'
import { type KillMatrix, type StoreSubject, mutants, prove } from '../conformance/index.js'
import { lazily } from './lazily.js'
import { suite } from '../conformance/suite.js'
import { memorySubject } from '../conformance/mutants/memory-subject.js'
import { type Clock, systemClock } from '../src/host/clock.js'
import { MemoryStorage, openMemoryStore } from '../src/stores/memory/memory-thread-store.js'

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

/** Time goes on with every look at it: which threads share a millisecond is the same in every run. */
function countingClock(): Clock {
  let looks = 0
  return {
    ...systemClock,
    now: () => {
      looks += 1
      return Date.UTC(2026, 0, 1) + Math.floor(looks / 4)
    },
  }
}

/** The reference store, in which nothing depends on how fast the machine is. */
function steadySubject(): StoreSubject {
  const storages = new Map<string, { readonly storage: MemoryStorage; readonly clock: Clock }>()
  const open: StoreSubject['open'] = ({ scope }) => {
    const storage = storages.get(scope) ?? { storage: new MemoryStorage(), clock: countingClock() }
    storages.set(scope, storage)
    return Promise.resolve(openMemoryStore(storage))
  }
  return { name: 'steady', open, openSecond: open, reopen: open }
}

test('a mutant need not be tried with cases that call nothing of what it replaces', async () => {
  const some = eager.filter((_mutant, index) => index % 12 === 5)
  const clock = { ...systemClock, now: () => Date.UTC(2026, 0, 1) }
  const options = { mutants: some, set: 'smoke', clock } as const
  const short = await prove(steadySubject(), options)
  const whole = await prove(steadySubject(), { ...options, thorough: true })
  expect(short.mutants).toEqual(whole.mutants)
  expect(short.mutants.map(({ outcome }) => outcome)).toContain('killed')
}, 120_000)
