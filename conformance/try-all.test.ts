import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { MutantResult } from './judge.js'
import { tryAll } from './try-all.js'

function result(id: string): MutantResult {
  const facts = { id, breaks: 'something', violates: 'LIFE-1', seenIn: null, durationMs: 0 }
  return { ...facts, outcome: 'killed', killedBy: [], broke: [], collateral: [], signatures: {} }
}

/** Takes as many turns of the event loop as the mutant says. */
async function patient(turns: number): Promise<MutantResult> {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate()
  return result(`${turns}`)
}

const running = { signal: undefined, onMutant: undefined }

test('tells and returns results in the order of the mutants, however long each takes', async () => {
  const told: string[] = []
  const onMutant = ({ id }: MutantResult): void => void told.push(id)
  const trial = { ...running, onMutant, judges: [patient, patient, patient] }
  const results = await tryAll([9, 1, 5, 2, 0], trial)
  expect(results.map(({ id }) => id)).toEqual(['9', '1', '5', '2', '0'])
  expect(told).toEqual(['9', '1', '5', '2', '0'])
})

test('tries nothing more when a judge gives up', async () => {
  const tried: number[] = []
  const judge = async (mutant: number): Promise<MutantResult> => {
    tried.push(mutant)
    await setImmediate()
    if (mutant === 2) throw new TypeError('gone')
    return result(`${mutant}`)
  }
  const trying = tryAll([1, 2, 3, 4, 5, 6, 7, 8], { ...running, judges: [judge, judge] })
  await expect(trying).rejects.toThrow('gone')
  await setImmediate()
  expect(tried.length).toBeLessThan(6)
})

test('leaves out what was under way when it was interrupted', async () => {
  const aborted = new AbortController()
  const judge = async (mutant: number): Promise<MutantResult> => {
    if (mutant === 2) aborted.abort()
    return Promise.resolve(result(`${mutant}`))
  }
  const trial = { ...running, signal: aborted.signal, judges: [judge] }
  const results = await tryAll([1, 2, 3], trial)
  expect(results.map(({ id }) => id)).toEqual(['1'])
})
