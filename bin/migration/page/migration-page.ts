import {
  type FindingTally,
  type MigrationResult,
  stopReason,
  type ThreadOutcome,
} from '../../../migrate/index.js'
import { type Html, html } from '../../../src/protocol/html.js'
import { standalonePage } from '../../../src/protocol/standalone-page.js'
import { counted, formatBytes, formatDuration, formatRate } from '../../terminal/format.js'
import { barChart, rateChart } from './charts.js'
import type { RunWatch } from './run-watch.js'
import { pageStyle } from './style.js'

/** What the page of a migration shows. */
export interface PageFacts {
  readonly source: string
  readonly target: string
  readonly version: string
  readonly startedAt: string
  readonly durationMs: number
  readonly result: MigrationResult
  readonly tallies: readonly FindingTally[]
  readonly watch: RunWatch
  /** Every thread that something was done about, as many as a page can show. */
  readonly threads: readonly ThreadOutcome[]
  /** Threads that are in the JSON report only. */
  readonly more: number
  /** The root of the receipt, where one was written. */
  readonly merkleRoot: string | null
  readonly exitCode: number
  /** What takes out of a text what the page must not say. */
  readonly clean: (text: string) => string
}

/** A migration as one page that needs nothing else: no script, no file, no network. */
export function migrationPage(given: PageFacts): string {
  const facts = cleaned(given)
  const { source, target, result, tallies, watch } = facts
  const title = `Migration of ${source} to ${target}`
  const sizes = watch.sizes.map((value, index) => ({
    label: `< ${formatBytes(4 ** (index + 5))}`,
    value,
  }))
  const body = html`<h1>${title}</h1>
    ${verdictOf(facts)} ${factList(facts)}
    <h2>Bytes read over time</h2>
    ${rateChart(watch.rates, watch.bucketMs)}
    <h2>Threads by size</h2>
    ${barChart(sizes)} ${section('Findings', tallies.length, findingTable(tallies))}
    ${section('Changed meanwhile', result.review.changed.length, idList(result.review.changed))}
    ${section('Slowest threads', watch.slowest.length, slowTable(watch))}
    ${section('Receipts', facts.threads.length, threadTable(facts))}`
  return standalonePage({ title, style: pageStyle, body })
}

function cleaned(facts: PageFacts): PageFacts {
  const { clean, source, target, threads } = facts
  const said = threads.map((thread) => ({
    ...thread,
    reason: thread.reason && clean(thread.reason),
  }))
  return { ...facts, source: clean(source), target: clean(target), threads: said }
}

function verdictOf({ result, exitCode, durationMs }: PageFacts): Html {
  const { totals, bytesSent, left } = result
  const states = Object.entries({ ...totals, left }).filter(([, count]) => count > 0)
  const tiles = states.map(
    ([status, count]) =>
      html`<div class="tile ${status}"><b>${count.toLocaleString('en')}</b>${status}</div>`,
  )
  const words = exitCode === 0 ? 'done and proven' : `exit code ${exitCode}`
  const rate = `${formatBytes(bytesSent)} sent in ${formatDuration(durationMs)} (${formatRate(bytesSent, durationMs)})`
  return html`<p class="verdict ${exitCode === 0 ? 'good' : 'bad'}">${words}: ${rate}</p>
    <div class="tiles">${tiles}</div>`
}

function factList(facts: PageFacts): Html {
  const { stopped } = facts.result
  const why = facts.clean(stopReason(stopped)?.message ?? '')
  const rows: readonly (readonly [string, string | null])[] = [
    ['run', facts.result.run],
    ['source', facts.source],
    ['target', facts.target],
    ['started', facts.startedAt],
    ['threadstore', facts.version],
    ['ended early', why === '' ? null : why],
    ['receipt root', facts.merkleRoot],
  ]
  const shown = rows.map(([name, value]) =>
    value === null
      ? null
      : html`<dt>${name}</dt>
          <dd>${value}</dd>`,
  )
  return html`<dl>${shown}</dl>`
}

function section(title: string, count: number, body: Html): Html | null {
  return count === 0
    ? null
    : html`<h2>${title}</h2>
        ${body}`
}

function findingTable(tallies: readonly FindingTally[]): Html {
  return table(
    ['', 'finding', 'times', 'threads', 'means'],
    tallies.map(({ severity, code, count, threads, meaning }) => [
      severity,
      code,
      count.toLocaleString('en'),
      threads.toLocaleString('en'),
      meaning,
    ]),
  )
}

function slowTable({ slowest }: RunWatch): Html {
  return table(
    ['thread', 'took', 'read', 'rate', 'status'],
    slowest.map(({ outcome, durationMs }) => [
      outcome.threadId,
      formatDuration(durationMs),
      formatBytes(outcome.bytesRead),
      formatRate(outcome.bytesRead, durationMs),
      outcome.status,
    ]),
  )
}

function threadTable({ threads, more }: PageFacts): Html {
  const rows = threads.flatMap(({ threadId, status, reason, rollouts }) =>
    rollouts.length === 0
      ? [[threadId, status, '', '', '', reason ?? '']]
      : rollouts.map(({ byteCount, itemCount, sha256 }) => [
          threadId,
          status,
          formatBytes(byteCount),
          itemCount === null ? '' : itemCount.toLocaleString('en'),
          sha256 ?? '',
          reason ?? '',
        ]),
  )
  const head = ['thread', 'status', 'bytes', 'items', 'SHA-256 in the target', '']
  const rest =
    more > 0 ? html`<p>… and ${counted(more, 'more thread')}, in a JSON report</p>` : null
  return html`${table(head, rows)}${rest}`
}

function idList(ids: readonly string[]): Html {
  return html`<ul>
    ${ids.map((id) => html`<li>${id}</li>`)}
  </ul>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((text) => html`<td>${text}</td>`)}
      </tr>`,
  )
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`
}
