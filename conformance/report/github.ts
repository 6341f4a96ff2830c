import { requirementOf } from '../requirements.js'
import { briefOf, concernsOf } from './concerns.js'
import { printable } from '../../src/protocol/html.js'
import type { CaseResult, Report, RunEvent } from './report.js'

/** Failures in full; a job summary may have a megabyte at most. */
const failuresInFull = 20
const failureLength = 20_000

const marks: Readonly<Record<string, string>> = {
  conformant: '✅',
  'non-conformant': '❌',
  unproved: '⚠️',
  'nothing-executed': '⚠️',
  unreachable: '❌',
}

/** A report as the summary of a GitHub Actions job. */
export function jobSummary(report: Report): string {
  const { subject, verdict, counts, requirements, durationMs, options, cases } = report
  const kept = requirements.filter(({ outcome }) => outcome === 'passed').length
  const claimed = requirements.filter(({ outcome }) => outcome !== 'not-applicable').length
  const failures = cases.filter(({ outcome }) => outcome === 'failed')
  const unproved = cases.filter(({ outcome }) => outcome === 'unproved')
  const outcomes = Object.entries(counts)
  const seconds = (durationMs / 1000).toFixed(1)
  return [
    `## ${marks[verdict]} ${inline(subject.name)}: ${verdict}`,
    '',
    `Keeps **${kept} of ${claimed}** requirements of the contract (set ${options.set}, seed ${options.seed}, ${seconds} s).`,
    '',
    `| ${outcomes.map(([outcome]) => outcome).join(' | ')} |`,
    `| ${outcomes.map(() => '---:').join(' | ')} |`,
    `| ${outcomes.map(([, count]) => count).join(' | ')} |`,
    '',
    ...concernsOf(report).map(({ message }) => `- **${inline(message)}**`),
    ...(failures.length > 0 ? ['', '### What it breaks', '', ...brokenTable(failures), ''] : []),
    ...failures.slice(0, failuresInFull).flatMap(details),
    ...(failures.length > failuresInFull
      ? [`…and ${failures.length - failuresInFull} more.`, '']
      : []),
    ...(unproved.length > 0
      ? ['', '### What could not be tried', '', ...unproved.map(unprovedLine)]
      : []),
    '',
  ].join('\n')
}

function brokenTable(failures: readonly CaseResult[]): string[] {
  const broken = new Map<string, CaseResult[]>()
  for (const result of failures) {
    for (const id of result.failure?.requirements ?? []) {
      broken.set(id, [...(broken.get(id) ?? []), result])
    }
  }
  const rows = [...broken].map(([id, results]) => {
    const cases = results.slice(0, 3).map((one) => `\`${one.id}\``)
    const more = results.length > 3 ? ` and ${results.length - 3} more` : ''
    return `| ${id} | ${inline(requirementOf(id)?.sentence ?? '')} | ${cases.join(', ')}${more} |`
  })
  return ['| requirement | | failed |', '| --- | --- | --- |', ...rows]
}

function details({ id, title, failure }: CaseResult): string[] {
  if (failure === null) return []
  const { message, diff, program, looksLike, replay } = failure
  return [
    `<details><summary><code>${inline(id)}</code> ${inline(title)}</summary>`,
    '',
    inline(message),
    '',
    ...(diff === null ? [] : fenced('diff', diff)),
    ...(looksLike.length > 0 ? [`Fails like ${looksLike.map(inline).join(', ')}.`, ''] : []),
    ...fenced('js', program),
    `Again: \`threadstore replay ${replay} <subject>\``,
    '',
    '</details>',
    '',
  ]
}

function unprovedLine({ id, title, reason }: CaseResult): string {
  return `- \`${id}\` ${inline(title)}: ${inline(reason ?? '')}`
}

/** A fence longer than any in the text, which so cannot end it. */
function fenced(language: string, text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  const shown = text.length > failureLength ? `${text.slice(0, failureLength)}…` : text
  return [`${fence}${language}`, printable(shown), fence, '']
}

/** Text that Markdown takes for nothing but text, on one line. */
function inline(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|~@#]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** What an event adds to the log of a GitHub Actions job: a failure annotates the run. */
export function annotation(event: RunEvent): string {
  if (event.type === 'started') return ''
  if (event.type === 'finished') {
    return concernsOf(event.report)
      .map(({ title, message }) => command('error', title, message))
      .join('')
  }
  const { result } = event
  const { id, failure, outcome } = result
  if (outcome === 'unproved') return command('warning', `unproved: ${id}`, briefOf(result))
  if (outcome !== 'failed' || failure === null) return ''
  const [requirement = ''] = failure.requirements
  const lines = [
    result.title,
    `${requirement}: ${requirementOf(requirement)?.sentence ?? ''}`,
    briefOf(result),
    `threadstore replay ${failure.replay} <subject>`,
  ]
  return command('error', `${requirement} ${id}`, lines.join('\n'))
}

function command(level: 'error' | 'warning', title: string, message: string): string {
  const property = data(title).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${level} title=${property}::${data(message)}\n`
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
