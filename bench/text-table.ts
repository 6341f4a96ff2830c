import Table from 'cli-table3'
import { machineLine } from './machine-facts.js'
import { type BenchResults, scaleNote, verdictOf } from './results.js'
import { round, type RowOutcome } from './row.js'

const HEAD = ['work', 'measured', 'beside', 'ratio', 'goal', '']
/** What each column gets of the width that the others leave; the ratio and the verdict need theirs. */
const SHARES = [0.35, 0.22, 0.22, 0, 0.21, 0]
const FIXED = [0, 0, 0, 8, 0, 10]
const WIDTH_MIN = 60

/** The results as a table of at most `width` characters. */
export function textTable(results: BenchResults, width: number): string {
  const borders = HEAD.length + 1
  const room = Math.max(WIDTH_MIN, width) - borders - FIXED.reduce((sum, chars) => sum + chars, 0)
  const colWidths = SHARES.map((share, at) => Math.floor(room * share) + (FIXED[at] ?? 0))
  const table = new Table({
    head: HEAD,
    colWidths,
    wordWrap: true,
    style: { head: [], border: [] },
  })
  for (const row of results.rows) table.push(cellsOf(row))
  const note = scaleNote(results)
  return [table.toString(), machineLine(results.machine), ...(note === null ? [] : [note])].join(
    '\n',
  )
}

function cellsOf(row: RowOutcome): string[] {
  const { work, goal } = row
  if ('notMeasured' in row) return [work, row.notMeasured, '', '', goal, verdictOf(row)]
  return [work, row.figure, row.beside, String(round(row.ratio)), goal, verdictOf(row)]
}

/** A row that is done, while the others are still to come. */
export function rowLine(row: RowOutcome): string {
  if ('notMeasured' in row) return `${row.id}: not measured: ${row.notMeasured}`
  const { id, figure, beside, ratio, tookSeconds } = row
  return `${id}: ${figure}; ${beside}; ratio ${round(ratio)}, ${verdictOf(row)} (took ${tookSeconds} s)`
}
