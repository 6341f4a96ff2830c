import { escapeMarkup } from '../../conformance/report/escape.js'
import {
  type FindingTally,
  type MigrationResult,
  stopReason,
  type ThreadOutcome,
} from '../../migrate/index.js'
import { counted, formatBytes, formatDuration, formatRate } from '../format.js'
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
  const { source, target, result } = facts
  const title = `Migration of ${source} to ${target}`
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(title)}</title><style>${pageStyle}</style></head><body>`,
    `<h1>${escapeMarkup(title)}</h1>`,
    verdictOf(facts),
    factList(facts),
    '<h2>Bytes read over time</h2>',
    rateChart(facts.watch.rates, facts.watch.bucketMs),
    '<h2>Threads by size</h2>',
    barChart(
      facts.watch.sizes.map((value, index) => ({
        label: `< ${formatBytes(4 ** (index + 5))}`,
        value,
      })),
    ),
    section('Findings', facts.tallies.length, findingTable(facts.tallies)),
    section('Changed meanwhile', result.review.changed.length, idList(result.review.changed)),
    section('Slowest threads', facts.watch.slowest.length, slowTable(facts.watch)),
    section('Receipts', facts.threads.length, threadTable(facts)),
    '</body></html>',
    '',
  ].join('\n')
}

function cleaned(facts: PageFacts): PageFacts {
  const { clean, source, target, threads } = facts
  const said = threads.map((thread) => ({
    ...thread,
    reason: thread.reason && clean(thread.reason),
  }))
  return { ...facts, source: clean(source), target: clean(target), threads: said }
}

function verdictOf({ result, exitCode, durationMs }: PageFacts): string {
  const { totals, bytesSent } = result
  const states = Object.entries(totals).filter(([, count]) => count > 0)
  const tiles = states.map(
    ([status, count]) =>
      `<div class="tile ${status}"><b>${count.toLocaleString('en')}</b>${status}</div>`,
  )
  const left = result.left > 0 ? `<div class="tile failed"><b>${result.left}</b>left</div>` : ''
  const words = exitCode === 0 ? 'done and proven' : `exit code ${exitCode}`
  const rate = `${formatBytes(bytesSent)} sent in ${formatDuration(durationMs)} (${formatRate(bytesSent, durationMs)})`
  return `<p class="verdict ${exitCode === 0 ? 'good' : 'bad'}">${words}: ${escapeMarkup(rate)}</p>
<div class="tiles">${tiles.join('')}${left}</div>`
}

function factList(facts: PageFacts): string {
  const { stopped } = facts.result
  const why = facts.clean(stopReason(stopped)?.message ?? '')
  const rows: [string, string | null][] = [
    ['run', facts.result.run],
    ['source', facts.source],
    ['target', facts.target],
    ['started', facts.startedAt],
    ['threadstore', facts.version],
    ['ended early', why === '' ? null : why],
    ['receipt root', facts.merkleRoot],
  ]
  const shown = rows.filter(([, value]) => value !== null)
  return `<dl>${shown.map(([name, value]) => `<dt>${name}</dt><dd>${escapeMarkup(value ?? '')}</dd>`).join('')}</dl>`
}

function section(title: string, count: number, body: string): string {
  return count === 0 ? '' : `<h2>${title}</h2>${body}`
}

function findingTable(tallies: readonly FindingTally[]): string {
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

function slowTable({ slowest }: RunWatch): string {
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

function threadTable({ threads, more }: PageFacts): string {
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
  const rest = more > 0 ? `<p>… and ${counted(more, 'more thread')}, in a JSON report</p>` : ''
  return table(['thread', 'status', 'bytes', 'items', 'SHA-256 in the target', ''], rows) + rest
}

function idList(ids: readonly string[]): string {
  return `<ul>${ids.map((id) => `<li>${escapeMarkup(id)}</li>`).join('')}</ul>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (names: readonly string[], tag: string): string =>
    names.map((name) => `<${tag}>${escapeMarkup(name)}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')
  return `<div class="wide"><table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`
}
