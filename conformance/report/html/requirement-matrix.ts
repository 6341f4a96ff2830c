import { type Outcome, type Report, type RequirementResult, outcomes } from '../report.js'
import { seconds } from './header.js'
import { type Html, html } from '../../../src/protocol/html.js'
import { wideTable } from './wide-table.js'

const filters: Readonly<Record<Outcome, string>> = {
  passed: 'only-passed',
  failed: 'only-failed',
  'not-applicable': 'only-none',
  excluded: 'only-excluded',
  unproved: 'only-unproved',
}

const head = html`<thead>
  <tr>
    <th>requirement</th>
    <th>outcome</th>
    <th>what it says</th>
    <th class="number">cases</th>
    <th class="number">time</th>
  </tr>
</thead>`

/** Every requirement with its outcome: a map of cells, and a table one can filter. */
export function requirementMatrix(report: Report): Html | null {
  const { requirements, cases } = report
  if (requirements.length === 0) return null
  const times = new Map(cases.map(({ id, durationMs }) => [id, durationMs]))
  const areas = [...Map.groupBy(requirements, ({ id }) => id.split('-', 1)[0] ?? id)]
  const rows = areas.flatMap(([area, group]) => [
    html`<tr class="area">
      <td colspan="5">${area}</td>
    </tr>`,
    ...group.map((requirement) => row(requirement, times)),
  ])
  return html`<section class="matrix">
    <h2>Requirements</h2>
    <div class="cells">${areas.map(([area, group]) => cells(area, group))}</div>
    <div class="filter">
      <label><input type="radio" name="only" id="only-all" checked /><span>all</span></label>
      ${outcomes.map((outcome) => filter(outcome, requirements))}
    </div>
    ${wideTable(rows, head)}
  </section>`
}

function filter(outcome: Outcome, requirements: readonly RequirementResult[]): Html | null {
  const count = requirements.filter((one) => one.outcome === outcome).length
  if (count === 0) return null
  return html`<label
    ><input type="radio" name="only" id="${filters[outcome]}" /><span
      >${count} <span class="${outcome}">${outcome}</span></span
    ></label
  >`
}

const side = 15
const perRow = 12

function cells(area: string, group: readonly RequirementResult[]): Html {
  const columns = Math.min(perRow, group.length)
  const width = columns * (side + 3)
  const height = Math.ceil(group.length / perRow) * (side + 3)
  const drawn = group.map(({ id, outcome, sentence }, index) => {
    const x = (index % perRow) * (side + 3)
    const y = Math.floor(index / perRow) * (side + 3)
    return html`<a href="#${id}"
      ><rect class="${outcome}" x="${x}" y="${y}" width="${side}" height="${side}" rx="3"
        ><title>${id} ${outcome}: ${sentence}</title></rect
      ></a
    >`
  })
  return html`<figure>
    <figcaption>${area}</figcaption>
    <svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${drawn}</svg>
  </figure>`
}

function row(
  { id, level, sentence, outcome, cases }: RequirementResult,
  times: ReadonlyMap<string, number>,
): Html {
  const time = cases.reduce((sum, one) => sum + (times.get(one) ?? 0), 0)
  return html`<tr id="${id}" data-is="${outcome}">
    <td class="id">${id}<br /><span class="soft">${level}</span></td>
    <td class="${outcome}">${outcome}</td>
    <td>${sentences(sentence)}</td>
    <td class="number">${cases.length}</td>
    <td class="number">${seconds(time)}</td>
  </tr>`
}

/** The sentences of the contract are Markdown, as far as code goes. */
export function sentences(sentence: string): Html[] {
  const parts = sentence.split('`')
  return parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}
