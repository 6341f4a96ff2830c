import { type Html, html } from '../../src/protocol/html.js'
import type { CostLine, CostPlot } from '../row.js'
import { type LogAxis, logAxis, tickLabel, uprightTicks } from './axis.js'

const WIDTH = 480
const HEIGHT = 260
const LEFT = 60
const BOTTOM = 34
const RIGHT = 24

/** Milliseconds of each call against what is stored, both axes logarithmic: what is flat does not grow. */
export function costChart({ title, of, lines }: CostPlot): Html {
  const points = lines.flatMap((line) => line.points)
  if (points.length === 0) return html``
  const [sizes, costs] = [
    logAxis(points.map(([size]) => size)),
    logAxis(points.map(([, ms]) => ms)),
  ]
  const x = (size: number): number => LEFT + sizes.place(size) * (WIDTH - LEFT - RIGHT)
  const y = (ms: number): number => (HEIGHT - BOTTOM) * (1 - costs.place(ms)) + 8
  const drawn = lines.map(
    (line, at) =>
      html`<polyline
          class="line line${at % 8}"
          points="${line.points.map(([size, ms]) => `${x(size).toFixed(1)},${y(ms).toFixed(1)}`).join(' ')}"
        />
        ${line.points.map(
          ([size, ms]) =>
            html`<circle
              class="dot line${at % 8}"
              cx="${x(size).toFixed(1)}"
              cy="${y(ms).toFixed(1)}"
              r="3"
            >
              <title>${line.name}: ${ms} ms at ${size.toLocaleString('en')} ${of}</title>
            </circle>`,
        )}`,
  )
  return html`<figure class="plot">
    <h3>${title}</h3>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
      ${grid(sizes, costs, { x, y })} ${drawn}
      <text class="label" x="${WIDTH - RIGHT}" y="${HEIGHT}" text-anchor="end">${of}</text>
      <text class="label" x="0" y="${HEIGHT}">ms</text>
    </svg>
    <p class="key">${lines.map(legend)}</p>
  </figure>`
}

interface Places {
  readonly x: (size: number) => number
  readonly y: (ms: number) => number
}

function grid(sizes: LogAxis, costs: LogAxis, { x, y }: Places): Html[] {
  const upright = uprightTicks(sizes, {
    x,
    top: 8,
    bottom: HEIGHT - BOTTOM + 8,
    labelY: HEIGHT - 13,
  })
  const level = costs.ticks.map(
    (tick) =>
      html`<line class="lane" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" />
        <text class="label" x="${LEFT - 6}" y="${y(tick) + 4}" text-anchor="end">
          ${tickLabel(tick)}
        </text>`,
  )
  return [...upright, ...level]
}

function legend({ name, points }: CostLine, at: number): Html {
  const [first, last] = [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0]
  const times = first > 0 ? `, times ${(last / first).toFixed(2)}` : ''
  return html`<span>
    <svg width="14" height="10" viewBox="0 0 14 10" aria-hidden="true">
      <line class="line line${at % 8}" x1="0" x2="14" y1="5" y2="5" />
    </svg>
    ${name}: ${first} to ${last} ms${times}
  </span>`
}
