import { describe, expect, test } from 'vitest'
import { etaMs, progressLine, type ProgressState } from './progress.js'

const half: ProgressState = {
  found: 9,
  todo: { threads: 4, bytes: 2048 },
  threads: 1,
  bytes: 1024,
  current: 'x',
  note: null,
}

describe('progressLine', () => {
  test('says what was found until it is known what there is to do', () => {
    expect(progressLine('copied', { ...half, todo: null }, 1000)).toBe('9 threads found')
  })

  test('says how far it is, how fast, and how long it will take', () => {
    expect(progressLine('copied', half, 2000)).toBe(
      'copied 1 of 4 threads, 1.0 KiB of 2.0 KiB, 512 B/s, 2.0 s left',
    )
  })

  test('speaks of threads alone where nothing is measured in bytes', () => {
    expect(progressLine('repaired', { ...half, todo: { threads: 4, bytes: 0 } }, 2000)).toBe(
      'repaired 1 of 4 threads, 6.0 s left',
    )
  })
})

describe('etaMs', () => {
  test.each([
    ['bytes', half, 2000],
    ['threads where there are no bytes', { ...half, todo: { threads: 4, bytes: 0 } }, 6000],
    ['nothing at the start', { ...half, bytes: 0 }, null],
    ['nothing before the plan', { ...half, todo: null }, null],
    ['zero beyond the end', { ...half, bytes: 4096 }, 0],
  ])('goes by %s', (_, state, eta) => {
    expect(etaMs(state, 2000)).toBe(eta)
  })
})
