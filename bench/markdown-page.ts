import { readFile, writeFile } from 'node:fs/promises'
import { machineLine } from './machine-facts.js'
import { type BenchResults, scaleNote, verdictOf } from './results.js'
import { type MeasuredRow, round, type RowOutcome } from './row.js'

const BEGIN = '<!-- measured -->'
const END = '<!-- /measured -->'

/** Puts the results into a Markdown page, in the place of those that are there. */
export async function writeIntoPage(file: string, results: BenchResults): Promise<void> {
  await writeFile(file, withResults(await readFile(file, 'utf8'), results))
}

/** A page with what stands between its two marks replaced by the results. */
export function withResults(page: string, results: BenchResults): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END} to write into`)
  return `${page.slice(0, begin + BEGIN.length)}\n\n${section(results)}\n${page.slice(end)}`
}

function section(results: BenchResults): string {
  const { machine, rows } = results
  const table = markdownTable([
    ['row', 'work', 'measured', 'beside', 'ratio', 'goal', ''],
    ...rows.map(cellsOf),
  ])
  const measured = rows.filter((row): row is MeasuredRow => !('notMeasured' in row))
  const counted = measured.map(detailsOf).join('\n')
  const note = scaleNote(results)
  const how = rows.map((row) => `- \`${row.id}\`: ${row.how}`).join('\n')
  const texts = [
    `${machineLine(machine)}.`,
    ...(note === null ? [] : [note]),
    table,
    how,
    'Counted on the way:',
    counted,
  ]
  return `${texts.join('\n\n')}\n`
}

function cellsOf(row: RowOutcome): string[] {
  const { id, work, goal } = row
  const name = `\`${id}\``
  if ('notMeasured' in row) return [name, work, row.notMeasured, '', '', goal, verdictOf(row)]
  return [name, work, row.figure, row.beside, String(round(row.ratio)), goal, verdictOf(row)]
}

function detailsOf({ id, details, tookSeconds }: MeasuredRow): string {
  const facts = Object.entries(details)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
  return `- \`${id}\`: ${[...facts, `row took ${tookSeconds} s`].join(', ')}`
}

/** A table as the formatter of the repository leaves it: columns in line. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')),
  )
  const widths = (cells[0] ?? []).map((_, at) =>
    Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)),
  )
  const lines = cells.map((row) => widths.map((width, at) => (row[at] ?? '').padEnd(width)))
  const rule = widths.map((width) => '-'.repeat(width))
  const [head = [], ...body] = lines
  return [head, rule, ...body].map((line) => `| ${line.join(' | ')} |`).join('\n')
}
