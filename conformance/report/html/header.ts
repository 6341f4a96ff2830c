import type { ThreadStoreCapabilities } from '../../../src/store/capabilities.js'
import { concernsOf } from '../concerns.js'
import { type Outcome, type Report, outcomes } from '../report.js'
import { type Html, html } from '../../../src/protocol/html.js'

/** What it all comes to, and what the store claims. */
export function header(report: Report): Html {
  const { subject, verdict, startedAt, durationMs, options, version, counts } = report
  const kept = report.requirements.filter(({ outcome }) => outcome === 'passed').length
  const claimed = report.requirements.filter(({ outcome }) => outcome !== 'not-applicable').length
  return html`<header>
    <p class="verdict ${verdict}">${verdict}</p>
    <h1>${subject.name} ${subject.version}</h1>
    <p class="facts">
      <span><b>${startedAt.slice(0, 19).replace('T', ' ')}</b> UTC</span>
      <span>took <b>${seconds(durationMs)}</b></span
      ><span>set <b>${options.set}</b></span>
      <span>seed <b>${options.seed}</b></span>
      ${options.filter === null ? null : html`<span>filter <b>${options.filter}</b></span>`}
      <span>threadstore <b>${version}</b></span>
    </p>
    <div class="big">
      <div><b>${kept} of ${claimed}</b>requirements kept</div>
      ${outcomes.map((outcome) =>
        counts[outcome] === 0
          ? null
          : html`<div><b class="${outcome}">${counts[outcome]}</b>cases ${outcome}</div>`,
      )}
    </div>
    ${outcomeBar(counts)}
    ${concernsOf(report).map(({ message }) => html`<p class="alert">${message}</p>`)}
    ${report.supports === null ? null : claims(report.supports)}
  </header>`
}

/** A time as people say it. */
export function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

function outcomeBar(counts: Readonly<Record<Outcome, number>>): Html {
  const total = outcomes.reduce((sum, outcome) => sum + counts[outcome], 0)
  let x = 0
  const parts = outcomes.map((outcome) => {
    const width = total === 0 ? 0 : (counts[outcome] / total) * 1000
    x += width
    return html`<rect
      class="${outcome}"
      x="${(x - width).toFixed(1)}"
      width="${width.toFixed(1)}"
      height="10"
    />`
  })
  return html`<svg
    class="bar"
    viewBox="0 0 1000 10"
    preserveAspectRatio="none"
    role="img"
    aria-label="outcomes of the cases"
  >
    ${parts}
  </svg>`
}

function claims(supports: ThreadStoreCapabilities): Html {
  const entries = Object.entries(supports).map(([name, value]) => {
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
    return html`<span>${name} <b>${text}</b></span>`
  })
  return html`<p class="facts">${entries}</p>`
}
