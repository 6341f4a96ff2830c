import { describe, expect, test } from 'vitest'
import { isoMillis, systemClock } from './clock.js'

describe('systemClock', () => {
  test('sleeps no less than it was asked to', async () => {
    const before = performance.now()
    await systemClock.sleep(20)
    // Timers round to whole milliseconds, so up to one may be missing.
    expect(performance.now() - before).toBeGreaterThanOrEqual(19)
  })

  test('wakes at once when the signal is aborted', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(60_000, controller.signal)
    controller.abort(new Error('enough'))
    await expect(sleeping).rejects.toMatchObject({
      name: 'AbortError',
      cause: { message: 'enough' },
    })
  })

  test('does not begin to sleep on a signal that is already aborted', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort())).rejects.toThrow('aborted')
  })

  test('sleeps on when no timer can wait for so long', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(Number.POSITIVE_INFINITY, controller.signal)
    await systemClock.sleep(20)
    controller.abort()
    await expect(sleeping).rejects.toThrow('aborted')
  })
})

describe('isoMillis', () => {
  test.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1_767_225_600_007, '2026-01-01T00:00:00.007Z'],
  ])('spells %d with three digits of milliseconds', (ms, text) => {
    expect(isoMillis(ms)).toBe(text)
  })

  test('refuses what is not a time', () => {
    expect(() => isoMillis(Number.NaN)).toThrow(RangeError)
  })
})
