import { describe, expect, test } from 'vitest'
import { etaMs, progressLine, type ProgressState, terminalLine } from './progress-line.js'

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

describe('terminalLine', () => {
  const thread = '019a0000-0000-7000-8000-000000000029'
  const state: ProgressState = {
    ...half,
    todo: { threads: 2000, bytes: 290 * 1024 ** 2 },
    threads: 812,
    bytes: 120 * 1024 ** 2,
    current: thread,
  }
  const line = (columns: number, change: Partial<ProgressState> = {}): string =>
    terminalLine('copied', { ...state, ...change }, 2000, columns)

  test('says everything once, where there is room', () => {
    expect(line(160)).toBe(
      '██████████░░░░░░░░░░░░░░ 41% · copied 812 of 2,000 threads, 120 MiB of 290 MiB, ' +
        `60.0 MiB/s, 2.8 s left · ${thread}`,
    )
  })

  test.each([
    [
      120,
      '██████████░░░░░░░░░░░░░░ 41% · copied 812 of 2,000 threads, 120 MiB of 290 MiB, 60.0 MiB/s, 2.8 s left',
    ],
    [80, '████░░░░░░ 41% · copied 812 of 2,000 threads, 60.0 MiB/s, 2.8 s left'],
    [50, '41% · copied 812 of 2,000 threads, 2.8 s left'],
    [30, '41% · 2.8 s left'],
    [8, '41%'],
    [3, '4…'],
  ])('drops what matters least in %i columns', (columns, expected) => {
    expect(line(columns)).toBe(expected)
  })

  test('cuts the reason of a pause, in one line', () => {
    const current = `${thread}: the server\n went away`
    expect(line(160, { current })).toMatch(new RegExp(` · ${thread}: the server went…$`))
    expect(line(200, { current })).toMatch(/: the server went away$/)
  })

  test('counts the columns of letters that take two', () => {
    const current = '名前は日本語で書かれていて、とても長い'
    expect(line(122, { current })).toMatch(/ · 名前は日本語で…$/)
    expect(line(145, { current })).toMatch(new RegExp(` · ${current}$`))
  })

  test('cuts what is said in place of figures', () => {
    expect(line(20, { note: 'in step for 30 s; a cutover is safe' })).toBe('in step for 30 s; …')
    expect(line(12, { todo: null })).toBe('9 threads …')
  })

  test('does not go beyond the end', () => {
    expect(line(60, { bytes: 10 ** 12 })).toContain('100% · ')
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
