import { type Html, html } from '../../src/protocol/html.js'
import { type Bound, type MeasuredRow, round } from '../row.js'
import { logAxis, uprightTicks } from './axis.js'

const WIDTH = 1000
const LABELS = 130
const FIGURES = 190
const ROW = 26

/** Every ratio beside its goal: right of the line is better than the goal, by that factor. */
export function ratioChart(rows: readonly MeasuredRow[]): Html {
  const bars = rows.flatMap((row) => {
    const bound = row.bounds.find(({ of }) => of === undefined)
    return bound === undefined ? [] : [{ row, bound, factor: factorOf(row.ratio, bound) }]
  })
  if (bars.length === 0) return html`<p>Nothing was measured.</p>`
  const axis = logAxis([0.5, 2, ...bars.map(({ factor }) => factor)])
  const height = bars.length * ROW + 20
  const x = (value: number): number => LABELS + axis.place(value) * (WIDTH - LABELS - FIGURES)
  const lines = uprightTicks(axis, { x, top: 0, bottom: height - 18, labelY: height - 4 })
  const drawn = bars.map(({ row, bound, factor }, at) => {
    const [from, to] = [x(1), x(Math.max(factor, axis.ticks[0] ?? factor))]
    const y = at * ROW + 4
    return html`<text x="0" y="${y + 13}">${row.id}</text>
      <rect
        class="${row.reached ? 'fill-passed' : 'fill-failed'}"
        x="${Math.min(from, to)}"
        y="${y}"
        width="${Math.max(1, Math.abs(to - from))}"
        height="${ROW - 8}"
        rx="3"
      ></rect>
      <text class="label" x="${WIDTH - FIGURES + 12}" y="${y + 13}">
        ${round(row.ratio)}, goal ${goalOf(bound)}
      </text>`
  })
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="ratios beside goals">
    ${lines}
    <line class="goal" x1="${x(1)}" x2="${x(1)}" y1="0" y2="${height - 18}" />
    ${drawn}
  </svg>`
}

/** How many times better than its bound a ratio is. */
export function factorOf(ratio: number, bound: Bound): number {
  return 'atLeast' in bound ? ratio / bound.atLeast : bound.atMost / ratio
}

function goalOf(bound: Bound): string {
  return 'atLeast' in bound ? `at least ${bound.atLeast}` : `at most ${bound.atMost}`
}
