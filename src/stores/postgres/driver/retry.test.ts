import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../host/clock.js'
import { retried } from './retry.js'

function withCode(code: string): Error {
  return Object.assign(new RangeError(code), { code })
}

/** A clock that does not wait but notes how long it was asked to. */
function notingClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => 0,
    sleep: async (ms) => {
      waits.push(ms)
      await Promise.resolve()
    },
  }
}

/** Fails with `failures`, one after the other, and then succeeds. */
function failing(...failures: readonly Error[]): {
  work: () => Promise<string>
  calls: () => number
} {
  let calls = 0
  return {
    calls: () => calls,
    work: async () => {
      const failure = failures[calls]
      calls += 1
      await Promise.resolve()
      if (failure) throw failure
      return 'done'
    },
  }
}

describe('retried', () => {
  test.each(['40001', '40P01', '26000'])('repeats what %s rolled back', async (code) => {
    const { work, calls } = failing(withCode(code), withCode(code))
    expect(await retried(notingClock(), work)).toBe('done')
    expect(calls()).toBe(3)
  })

  test('gives up on contention, having waited longer each time', async () => {
    const clock = notingClock()
    const { work, calls } = failing(...Array.from({ length: 9 }, () => withCode('40001')))
    await expect(retried(clock, work)).rejects.toMatchObject({ code: '40001' })
    expect(calls()).toBe(8)
    const planned = [10, 20, 40, 80, 160, 320, 640]
    expect(clock.waits.map((ms, at) => Math.abs(ms / (planned[at] ?? 0) - 1) <= 0.5)).toEqual(
      planned.map(() => true),
    )
  })

  test('reconnects once, at once', async () => {
    const clock = notingClock()
    const { work } = failing(withCode('ECONNRESET'))
    expect(await retried(clock, work)).toBe('done')
    const again = failing(withCode('ECONNRESET'), withCode('ECONNREFUSED'))
    await expect(retried(clock, again.work)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(clock.waits).toEqual([])
  })

  test('does not repeat what failed for a reason', async () => {
    const { work, calls } = failing(withCode('23505'))
    await expect(retried(notingClock(), work)).rejects.toMatchObject({ code: '23505' })
    expect(calls()).toBe(1)
  })
})
