import type { HistoryCall } from '../report.js'
import { type Html, html } from '../../../src/protocol/html.js'

const laneHeight = 40
const tickWidth = 34
const left = 40

/** Calls that overlapped, drawn: a lane for each that ran beside others, time from left to right. */
export function history(calls: readonly HistoryCall[]): Html {
  const moments = calls.flatMap(({ begin, end }) => (end === null ? [begin] : [begin, end]))
  const ticks = [...new Set(moments)].toSorted((a, b) => a - b)
  const at = (moment: number): number => left + ticks.indexOf(moment) * tickWidth
  const right = left + ticks.length * tickWidth
  const lanes = new Map(calls.map(({ lane, client }) => [lane, client]))
  const height = lanes.size * laneHeight + 8
  const rows = [...lanes.keys()].toSorted((a, b) => a - b)
  const lines = rows.map((lane, row) => {
    const y = row * laneHeight + 24
    return html`<line class="lane" x1="${left}" x2="${right}" y1="${y}" y2="${y}" /><text
        class="label"
        x="8"
        y="${y + 4}"
        >${lanes.get(lane) ?? ''}</text
      >`
  })
  const boxes = calls.map((call, index) => {
    const x = at(call.begin)
    const width = (call.end === null ? right : at(call.end)) - x - 3
    return box(call, index + 1, { x, y: rows.indexOf(call.lane) * laneHeight + 10, width })
  })
  const list = calls.map(
    ({ client, verb, params, outcome, culprit }) =>
      html`<li class="${culprit ? 'culprit' : 'call-line'}">
        <code>${client}.${verb}(${params})</code> <span class="soft">${outcome}</span>
      </li>`,
  )
  return html`<div class="wide">
      <svg
        width="${right}"
        height="${height}"
        viewBox="0 0 ${right} ${height}"
        role="img"
        aria-label="the calls over time"
      >
        ${lines}${boxes}
      </svg>
    </div>
    <ol class="calls">
      ${list}
    </ol>`
}

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
}

function box(call: HistoryCall, number: number, { x, y, width }: Place): Html {
  const { verb, params, outcome, culprit, end } = call
  const kinds = ['call', culprit ? 'culprit' : '', end === null ? 'open' : '']
  const room = Math.floor((width - 8) / 6.7)
  const full = `${number} ${verb}`
  const label = full.length <= room ? full : String(number)
  return html`<g
    ><title>${number}. ${verb}(${params}) ${outcome}</title
    ><rect
      class="${kinds.filter(Boolean).join(' ')}"
      x="${x}"
      y="${y}"
      width="${width}"
      height="28"
      rx="5"
    /><text x="${x + 6}" y="${y + 18}">${label}</text></g
  >`
}
