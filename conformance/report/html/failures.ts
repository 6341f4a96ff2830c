import { requirementOf } from '../../requirements.js'
import type { CaseResult, Report } from '../report.js'
import { history } from './history.js'
import { type Html, html } from '../../../src/protocol/html.js'
import { sentences } from './requirement-matrix.js'
import { wideTable } from './wide-table.js'

const openAtFirst = 3

/** Every case that did not pass though it applied. */
export function failures({ cases }: Report): Html[] {
  const of = (outcome: string): CaseResult[] => cases.filter((one) => one.outcome === outcome)
  const [failed, excluded, unproved] = [of('failed'), of('excluded'), of('unproved')]
  return [
    ...(failed.length === 0
      ? []
      : [
          html`<section>
            <h2>What it breaks</h2>
            ${failed.map((one, index) => failure(one, index < openAtFirst))}
          </section>`,
        ]),
    ...(unproved.length === 0
      ? []
      : [
          html`<section>
            <h2>What could not be tried</h2>
            ${table(unproved)}
          </section>`,
        ]),
    ...(excluded.length === 0
      ? []
      : [
          html`<section>
            <h2>What the baseline excludes</h2>
            ${table(excluded)}${excluded.map((one) => failure(one, false))}
          </section>`,
        ]),
  ]
}

function table(results: readonly CaseResult[]): Html {
  const rows = results.map(
    ({ id, title, reason }) =>
      html`<tr>
        <td class="id">${id}</td>
        <td>${title}</td>
        <td class="soft">${reason}</td>
      </tr>`,
  )
  return wideTable(rows)
}

function failure(result: CaseResult, open: boolean): Html {
  const { id, title, failure: what } = result
  if (what === null) return html``
  const alike =
    what.looksLike.length === 0
      ? null
      : html`<p>
          Fails like the mutant
          ${what.looksLike.map((mutant, index) => html`${index > 0 ? ', ' : ''}<code>${mutant}</code>`)}.
        </p>`
  const summary = html`<summary>
    <b class="failed">${what.requirements.join(', ')}</b> ${title} <code class="soft">${id}</code>
  </summary>`
  const body = html`${what.requirements.map(sentence)}
    <p>${what.message}</p>
    ${what.diff === null ? null : difference(what.diff)} ${alike}
    ${what.history === null ? null : history(what.history)}
    <pre>${what.program}</pre>
    <p class="soft">
      Again: <code>threadstore replay ${what.replay} &lt;subject&gt;</code> · signature
      <code>${what.signature}</code>
    </p>`
  return open
    ? html`<details class="card" open>${summary}${body}</details>`
    : html`<details class="card">${summary}${body}</details>`
}

function sentence(id: string): Html | null {
  const requirement = requirementOf(id)
  if (requirement === undefined) return null
  const { level, source } = requirement
  return html`<p class="sentence">
    ${level}: ${sentences(requirement.sentence)} <span class="soft">(${source})</span>
  </p>`
}

function difference(diff: string): Html {
  const lines = diff.split('\n').map((line) => {
    const kind = line.startsWith('-') ? 'del' : line.startsWith('+') ? 'ins' : 'soft'
    return [html`<span class="${kind}">${line}</span>`, '\n']
  })
  return html`<pre>${lines}</pre>`
}
