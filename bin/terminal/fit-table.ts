import Table from 'cli-table3'
import displayWidth from 'string-width'

/** A column of a table. */
interface Column {
  readonly head: string
  /** Characters to which it may be cut where the terminal is narrow. @defaultValue not cut */
  readonly charsMin?: number
  /** What is cut is no loss, as the time after a date: it goes at once, and without a mark. */
  readonly brief?: true
}

/** Border and padding that a column costs beside its text. */
const FRAME = 3

type Rows = readonly (readonly string[])[]

/**
 * A table that is no wider than `charsMax`: columns are cut to their minimum, and where that is not enough
 * every row becomes a paragraph of its own.
 * @param charsMax - `null` where nobody looks, and nothing is cut
 */
export function fitTable(columns: readonly Column[], rows: Rows, charsMax: number | null): string {
  const room = (charsMax ?? Infinity) - FRAME * columns.length - 1
  const whole = widthsOf(columns, rows)
  if (sum(whole) <= room) return drawn(columns, rows, whole)
  const shown = rows.map((row) =>
    row.map((text, at) => (columns[at]?.brief ? text.slice(0, columns[at].charsMin) : text)),
  )
  const full = widthsOf(columns, shown)
  const least = columns.map(({ charsMin }, at) => Math.min(full[at] ?? 0, charsMin ?? Infinity))
  if (sum(least) > room) return paragraphs(columns, rows)
  return drawn(columns, shown, shrunk(full, least, room))
}

function widthsOf(columns: readonly Column[], rows: Rows): number[] {
  return columns.map(({ head }, at) =>
    Math.max(...[head, ...rows.map((row) => row[at] ?? '')].map(displayWidth)),
  )
}

function drawn(columns: readonly Column[], rows: Rows, widths: readonly number[]): string {
  const table = new Table({
    head: columns.map(({ head }) => head),
    colWidths: widths.map((width) => width + FRAME - 1),
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) table.push([...row])
  return table.toString()
}

/** Takes what is too much from the columns that can give, in proportion to what each can. */
function shrunk(full: readonly number[], least: readonly number[], room: number): number[] {
  const spare = full.map((width, at) => width - (least[at] ?? width))
  const part = Math.min(1, (room - sum(least)) / Math.max(1, sum(spare)))
  return least.map((width, at) => width + Math.floor((spare[at] ?? 0) * part))
}

function paragraphs(columns: readonly Column[], rows: Rows): string {
  const labelChars = Math.max(...columns.map(({ head }) => head.length))
  const paragraph = (row: readonly string[]): string =>
    columns
      .map(({ head }, at) => `${head.padEnd(labelChars)}  ${row[at] ?? ''}`.trimEnd())
      .filter((_, at) => (row[at] ?? '') !== '')
      .join('\n')
  return rows.map(paragraph).join('\n\n')
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0)
}
