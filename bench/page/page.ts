import { type Html, html } from '../../src/protocol/html.js'
import { standalonePage } from '../../src/protocol/standalone-page.js'
import { machineLine } from '../machine-facts.js'
import { type BenchResults, scaleNote, verdictOf } from '../results.js'
import { type MeasuredRow, type Plot, round, type RowOutcome } from '../row.js'
import { costChart } from './cost-chart.js'
import { rateChart } from './rate-chart.js'
import { ratioChart } from './ratio-chart.js'
import { style } from './style.js'

/** The results as one page that needs nothing else. */
export function benchPage(results: BenchResults): string {
  const measured = results.rows.filter((row): row is MeasuredRow => !('notMeasured' in row))
  const plots = measured.flatMap((row) => row.plots ?? [])
  const note = scaleNote(results)
  const body = html`<h1>Benchmarks of threadstore</h1>
    <p class="soft">${machineLine(results.machine)}</p>
    ${note === null ? null : html`<p class="alert">${note}</p>`}
    <h2>Ratios beside their goals</h2>
    <p class="soft">
      How many times better than its goal each ratio is, on a logarithmic axis. Left of the line is
      short of the goal.
    </p>
    ${ratioChart(measured)}
    <h2>Figures</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${['work', 'measured', 'beside', 'ratio', 'goal', ''].map((name) => html`<th>${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${results.rows.map(tableRow)}
        </tbody>
      </table>
    </div>
    ${plots.length === 0 ? null : html`<h2>Course and growth</h2>`}
    <div class="plots">${plots.map(chartOf)}</div>
    <footer>What each row does is in <code>docs/benchmarks.md</code>.</footer>`
  return standalonePage({ title: 'Benchmarks of threadstore', style, body })
}

function tableRow(row: RowOutcome): Html {
  const { work, goal } = row
  const verdict = verdictOf(row)
  const [figure, beside, ratio] =
    'notMeasured' in row
      ? [row.notMeasured, '', '']
      : [row.figure, row.beside, String(round(row.ratio))]
  return html`<tr>
    <td>${work}</td>
    <td>${figure}</td>
    <td>${beside}</td>
    <td class="number">${ratio}</td>
    <td>${goal}</td>
    <td><span class="word ${verdict.replace(' ', '-')}">${verdict}</span></td>
  </tr>`
}

function chartOf(plot: Plot): Html {
  return plot.kind === 'cost' ? costChart(plot) : rateChart(plot)
}
