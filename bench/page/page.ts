import { createHash } from 'node:crypto'
import { Markup, markup } from '../../conformance/report/html/markup.js'
import { machineLine } from '../machine-facts.js'
import { type BenchResults, scaleNote, verdictOf } from '../results.js'
import { type MeasuredRow, type Plot, round, type RowOutcome } from '../row.js'
import { costChart } from './cost-chart.js'
import { rateChart } from './rate-chart.js'
import { ratioChart } from './ratio-chart.js'
import { style } from './style.js'

/** Nothing is loaded, nothing runs: the one style sheet is allowed by its hash. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`

/** The results as one page that needs nothing else. */
export function benchPage(results: BenchResults): string {
  const measured = results.rows.filter((row): row is MeasuredRow => !('notMeasured' in row))
  const plots = measured.flatMap((row) => row.plots ?? [])
  const note = scaleNote(results)
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Benchmarks of threadstore</title>
        <style>${new Markup(style)}</style>
      </head>
      <body>
        <main>
          <h1>Benchmarks of threadstore</h1>
          <p class="soft">${machineLine(results.machine)}</p>
          ${note === null ? null : markup`<p class="alert">${note}</p>`}
          <h2>Ratios beside their goals</h2>
          <p class="soft">
            How many times better than its goal each ratio is, on a logarithmic axis. Left of the line
            is short of the goal.
          </p>
          ${ratioChart(measured)}
          <h2>Figures</h2>
          <div class="wide">
            <table>
              <thead>
                <tr>
                  ${['work', 'measured', 'beside', 'ratio', 'goal', ''].map((name) => markup`<th>${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${results.rows.map(tableRow)}
              </tbody>
            </table>
          </div>
          ${plots.length === 0 ? null : markup`<h2>Course and growth</h2>`}
          <div class="plots">${plots.map(chartOf)}</div>
          <footer>What each row does is in <code>docs/benchmarks.md</code>.</footer>
        </main>
      </body>
    </html>
`.text
}

function tableRow(row: RowOutcome): Markup {
  const { work, goal } = row
  const verdict = verdictOf(row)
  const [figure, beside, ratio] =
    'notMeasured' in row
      ? [row.notMeasured, '', '']
      : [row.figure, row.beside, String(round(row.ratio))]
  return markup`<tr>
    <td>${work}</td>
    <td>${figure}</td>
    <td>${beside}</td>
    <td class="number">${ratio}</td>
    <td>${goal}</td>
    <td><span class="word ${verdict.replace(' ', '-')}">${verdict}</span></td>
  </tr>`
}

function chartOf(plot: Plot): Markup {
  return plot.kind === 'cost' ? costChart(plot) : rateChart(plot)
}
