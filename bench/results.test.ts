import { expect, test } from 'vitest'
import { withResults } from './markdown-page.js'
import { measureRows } from './measure-rows.js'
import { logAxis } from './page/axis.js'
import { benchPage } from './page/page.js'
import { factorOf } from './page/ratio-chart.js'
import type { BenchResults } from './results.js'
import { type BenchRow, type Measured, NotAtHandError, type RowOutcome } from './row.js'
import { ratesOf } from './run-migration.js'
import { textTable } from './text-table.js'

const measured: Measured = {
  figure: '271 MB/s <b>',
  beside: 'COPY: 88 | MB/s',
  ratio: 3.1,
  details: { peakRssMiB: 190, problems: '' },
  plots: [
    { kind: 'rate', title: 'MB/s meanwhile', megabytesPerSecond: [1, 0, 3] },
    {
      kind: 'cost',
      title: 'Calls',
      of: 'threads',
      lines: [
        {
          name: 'append',
          points: [
            [10, 1],
            [100, 2],
          ],
        },
      ],
    },
  ],
}

function row(id: string, run: () => Promise<Measured>): BenchRow {
  const bounds = [{ atLeast: 3 }, { of: 'peakRssMiB', atMost: 200 }]
  return {
    id,
    work: `the work of ${id}`,
    goal: 'three times',
    bounds,
    how: `how ${id} is done`,
    run,
  }
}

const rows = [
  row('good', async () => measured),
  row('broken', async () => {
    throw new Error('the disk is gone')
  }),
  row('absent', async () => {
    throw new NotAtHandError('not at hand; install it')
  }),
  row('fat', async () => ({ ...measured, details: { peakRssMiB: 201 } })),
]

const machine = {
  measuredAt: '2026-11-22 12:00',
  node: '24.0.0',
  platform: 'linux-x64',
  system: '6.1',
  cpu: 'a processor',
  cores: 2,
  memoryGiB: 23.5,
  loadBefore: 0.1,
}

async function resultsOf(scale = 1): Promise<BenchResults> {
  const outcomes: RowOutcome[] = []
  for await (const outcome of measureRows(rows, { scale })) outcomes.push(outcome)
  return { schema: 'threadstore/bench-results/1', machine, scale, rows: outcomes }
}

test('a row that cannot be measured says why, and the others are measured', async () => {
  const { rows: outcomes } = await resultsOf()
  expect(outcomes).toMatchObject([
    { id: 'good', reached: true },
    { id: 'broken', notMeasured: 'the disk is gone', failed: true },
    { id: 'absent', notMeasured: 'not at hand; install it', failed: false },
    { id: 'fat', reached: false },
  ])
})

test('no row begins when the time is up', async () => {
  const outcomes: RowOutcome[] = []
  for await (const outcome of measureRows(rows, { scale: 1, withinMs: -1 })) outcomes.push(outcome)
  expect(outcomes).toHaveLength(rows.length)
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ notMeasured: 'the time was up before it began', failed: false })
  }
})

test.each([60, 80, 200])('the table fits %i columns and has every row', async (width) => {
  const results = await resultsOf(0.1)
  const table = textTable(results, width).split('\n')
  const lines = table.filter((line) => /^[│┌├└]/.test(line))
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
  for (const word of ['met', 'missed', 'gone', 'absent', 'the goals are not meant for it']) {
    expect(table.join('\n').replaceAll(/\s+/g, ' ')).toContain(word)
  }
})

test('the results replace what a page held between its marks, and nothing else', async () => {
  const results = await resultsOf()
  const page = '# Title\n\n<!-- measured -->\n\nold\n\n<!-- /measured -->\n\nend\n'
  const written = withResults(page, results)
  expect(written).toMatch(/^# Title\n\n<!-- measured -->\n\n2026-11-22 12:00 UTC/)
  expect(written.endsWith('\n<!-- /measured -->\n\nend\n')).toBe(true)
  expect(written).not.toContain('old')
  expect(written).toContain('COPY: 88 \\| MB/s')
  expect(written).toContain('- `absent`: how absent is done')
  expect(withResults(written, results)).toBe(written)
  expect(() => withResults('# Title\n', results)).toThrow('has no <!-- measured -->')
})

test('the page draws every plot, loads nothing and lets no figure become markup', async () => {
  const page = benchPage(await resultsOf())
  expect(page.match(/<polyline/g)).toHaveLength(2)
  expect(page.match(/class="rate"/g)).toHaveLength(6)
  expect(page).toContain('271 MB/s &lt;b&gt;')
  for (const text of ['<script', '<b>', 'http:', 'style="', 'NaN', 'Infinity']) {
    expect(page).not.toContain(text)
  }
})

test('a bar says how many times better than its goal a ratio is', () => {
  expect(factorOf(1.5, { atLeast: 3 })).toBe(0.5)
  expect(factorOf(1, { atMost: 2 })).toBe(2)
  const axis = logAxis([0.5, 20])
  expect(axis.ticks).toEqual([0.1, 1, 10, 100])
  expect(axis.place(1)).toBeCloseTo(1 / 3)
})

test('the rate of a migration is taken from its events', () => {
  const event = (second: number, bytes: number): string =>
    JSON.stringify({ at: `2026-11-22T12:00:0${second}.000Z`, type: 'progress', threads: 1, bytes })
  const other = JSON.stringify({ at: '2026-11-22T12:00:00.000Z', type: 'finished' })
  expect(ratesOf(`${event(1, 4e6)}\n${other}\n${event(3, 10e6)}\n`)).toEqual([4, 3])
})
