import { expect, test } from 'vitest'
import { fitTable } from './fit-table.js'

const columns = [{ head: 'thread' }, { head: 'folder', charsMin: 8 }, { head: 'name', charsMin: 8 }]
const id = '01a20320-6d70-7852-b50d-7785b67ce898'
const rows = [
  [id, '/home/somebody/projects/with/a/long/name', 'what was asked first, in so many words'],
  [id, '/tmp', '名前は日本語で書かれていて、とても長い'],
]

const lines = (text: string): string[] => text.split('\n')

test.each([70, 80, 120, 200])('a table is cut to fit %i columns', (width) => {
  const table = lines(fitTable(columns, rows, width))
  expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(width)
  expect(table.join('\n')).toContain(id)
  expect(table[1]).toMatch(/│ thread +│ folder +│ name +│/)
})

test('what is no loss goes first, and without a mark', () => {
  const dated = [{ head: 'when', charsMin: 10, brief: true as const }, ...columns]
  const table = fitTable(
    dated,
    rows.map((row) => ['2026-11-22T11:59:50', ...row]),
    90,
  )
  expect(lines(table)[3]).toMatch(/^│ 2026-11-22 │ 01a20320/)
})

test('a table that is kept, not looked at, is not cut', () => {
  const table = fitTable(columns, rows, null)
  for (const text of rows.flat()) expect(table).toContain(text)
})

test('rows that cannot be cut to fit become paragraphs that lose nothing', () => {
  const text = fitTable(columns, rows, 60)
  expect(lines(text)).toContain(`thread  ${id}`)
  for (const value of rows.flat()) expect(text).toContain(value)
  expect(text).not.toContain('│')
})

test('a column is as wide as a terminal shows its texts, and cuts none that fits', () => {
  const texts = ['a’s “name” …', '名前', 'café', '👍🏽 done', '→ ✓ ·']
  const table = fitTable(
    [{ head: 'name' }],
    texts.map((text) => [text]),
    120,
  )
  for (const text of texts) expect(table).toContain(text)
  expect(lines(table)[0]).toBe(`┌${'─'.repeat('a’s “name” …'.length + 2)}┐`)
})
