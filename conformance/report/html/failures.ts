import { requirementOf } from '../../requirements.js'
import type { CaseResult, Report } from '../report.js'
import { history } from './history.js'
import { type Markup, markup } from './markup.js'
import { sentences } from './requirement-matrix.js'

const openAtFirst = 3

/** Every case that did not pass though it applied. */
export function failures({ cases }: Report): Markup[] {
  const of = (outcome: string): CaseResult[] => cases.filter((one) => one.outcome === outcome)
  const [failed, excluded, unproved] = [of('failed'), of('excluded'), of('unproved')]
  return [
    ...(failed.length === 0
      ? []
      : [
          markup`<section>
            <h2>What it breaks</h2>
            ${failed.map((one, index) => failure(one, index < openAtFirst))}
          </section>`,
        ]),
    ...(unproved.length === 0
      ? []
      : [
          markup`<section>
            <h2>What could not be tried</h2>
            ${table(unproved)}
          </section>`,
        ]),
    ...(excluded.length === 0
      ? []
      : [
          markup`<section>
            <h2>What the baseline excludes</h2>
            ${table(excluded)}${excluded.map((one) => failure(one, false))}
          </section>`,
        ]),
  ]
}

function table(results: readonly CaseResult[]): Markup {
  const rows = results.map(
    ({ id, title, reason }) =>
      markup`<tr>
        <td class="id">${id}</td>
        <td>${title}</td>
        <td class="soft">${reason}</td>
      </tr>`,
  )
  return markup`<div class="wide">
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function failure(result: CaseResult, open: boolean): Markup {
  const { id, title, failure: what } = result
  if (what === null) return markup``
  const alike =
    what.looksLike.length === 0
      ? null
      : markup`<p>
          Fails like the mutant
          ${what.looksLike.map((mutant, index) => markup`${index > 0 ? ', ' : ''}<code>${mutant}</code>`)}.
        </p>`
  const summary = markup`<summary>
    <b class="failed">${what.requirements.join(', ')}</b> ${title} <code class="soft">${id}</code>
  </summary>`
  const body = markup`${what.requirements.map(sentence)}
    <p>${what.message}</p>
    ${what.diff === null ? null : difference(what.diff)} ${alike}
    ${what.history === null ? null : history(what.history)}
    <pre>${what.program}</pre>
    <p class="soft">
      Again: <code>threadstore replay ${what.replay} &lt;subject&gt;</code> · signature
      <code>${what.signature}</code>
    </p>`
  return open
    ? markup`<details class="card" open>${summary}${body}</details>`
    : markup`<details class="card">${summary}${body}</details>`
}

function sentence(id: string): Markup | null {
  const requirement = requirementOf(id)
  if (requirement === undefined) return null
  const { level, source } = requirement
  return markup`<p class="sentence">
    ${level}: ${sentences(requirement.sentence)} <span class="soft">(${source})</span>
  </p>`
}

function difference(diff: string): Markup {
  const lines = diff.split('\n').map((line) => {
    const kind = line.startsWith('-') ? 'del' : line.startsWith('+') ? 'ins' : 'soft'
    return [markup`<span class="${kind}">${line}</span>`, '\n']
  })
  return markup`<pre>${lines}</pre>`
}
