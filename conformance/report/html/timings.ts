import type { Report } from '../report.js'
import { seconds } from './header.js'
import { type Html, html } from '../../../src/protocol/html.js'
import { wideTable } from './wide-table.js'

const slowestShown = 12

/** Where the time went. */
export function timings({ cases, durationMs }: Report): Html | null {
  const slowest = cases
    .filter(({ durationMs: ms }) => ms > 0)
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, slowestShown)
  const [longest] = slowest
  if (longest === undefined) return null
  const rows = slowest.map(({ id, title, durationMs: ms }) => {
    const width = Math.max(1, (ms / longest.durationMs) * 200)
    return html`<tr>
      <td class="id">${id}</td>
      <td>${title}</td>
      <td>
        <svg width="200" height="12" viewBox="0 0 200 12">
          <rect class="also" width="${width.toFixed(1)}" height="12" rx="2" />
        </svg>
      </td>
      <td class="number">${seconds(ms)}</td>
    </tr>`
  })
  return html`<section>
    <h2>Timings</h2>
    <p class="soft">
      The slowest of ${cases.length} cases, which together took ${seconds(durationMs)}.
    </p>
    ${wideTable(rows)}
  </section>`
}
