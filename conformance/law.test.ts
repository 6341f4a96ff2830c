import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '../src/host/clock.js'
import type { CaseResult } from './report/report.js'
import { type Law, law } from './law.js'
import { memorySubject } from './mutants/memory-subject.js'
import { type RunOptions, run } from './run.js'

/** What becomes of a law about numbers, whose time passes as soon as nobody has anything to do. */
async function tried(
  holds: Law<number>['holds'],
  options: RunOptions = {},
): Promise<CaseResult | undefined> {
  const facts = { id: 'law.numbers', title: 'numbers', requirements: ['VAL-1'] } as const
  const numbers = law({ ...facts, set: 'core', inputs: () => fc.nat(), holds })
  let now = 0
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      for (let turn = 0; turn < 500; turn += 1) await setImmediate()
      now += ms
    },
  }
  const common = { cases: [numbers], seed: 1, likenesses: false, clock }
  const report = await run(memorySubject(), { ...common, ...options })
  return report.cases[0]
}

test('a store that hangs has not kept a law, however many inputs went well before', async () => {
  let count = 0
  const result = await tried(async () => {
    count += 1
    if (count > 3) await new Promise(() => {})
  })
  expect([count, result?.outcome, result?.failure?.kind]).toEqual([4, 'failed', 'timeout'])
})

test('a law stops between two inputs when its time is over', async () => {
  let count = 0
  const holds = async (): Promise<void> => void (count += 1)
  const result = await tried(holds, { budgetMs: 100, clock: { ...systemClock, now: ticking() } })
  expect(result?.outcome).toBe('passed')
  expect(count).toBeGreaterThan(1)
  expect(count).toBeLessThan(100)
})

/** A millisecond later whenever it is looked at. */
function ticking(): () => number {
  let now = 0
  return () => (now += 1)
}

test.each(['99:0:0', '0:99:99'])(
  'a path that leads nowhere, as %s, proves nothing',
  async (path) => {
    const result = await tried(async () => {}, { path })
    expect([result?.outcome, result?.reason]).toEqual([
      'unproved',
      `the path ${path} leads to no input of this law`,
    ])
  },
)
