import { concernsOf, explanationOf } from './concerns.js'
import { printable } from '../../src/protocol/html.js'
import type { CaseResult, Report, RunEvent } from './report.js'

/** What an event adds to a TAP 14 stream. The plan comes last: a stream that breaks off has none. */
export function tapLines(event: RunEvent): string {
  switch (event.type) {
    case 'started':
      return `TAP version 14\n# ${oneLine(event.subject)}, ${event.planned} cases, seed ${event.seed}\n`
    case 'case':
      return point(event.index + 1, event.result)
    case 'finished':
      return end(event.report)
  }
}

function point(number: number, result: CaseResult): string {
  const { id, title, outcome } = result
  const name = escaped(`${id}: ${title} [${result.requirements.join(' ')}]`)
  const reason = escaped(`${outcome}: ${result.reason ?? ''}`)
  switch (outcome) {
    case 'passed':
      return `ok ${number} - ${name} # time=${result.durationMs.toFixed(0)}ms\n`
    case 'not-applicable':
      return `ok ${number} - ${name} # SKIP ${reason}\n`
    // A failure that is expected is what TAP calls one to do.
    case 'excluded':
      return `not ok ${number} - ${name} # TODO ${reason}\n${diagnosis(result)}`
    case 'unproved':
    case 'failed':
      return `not ok ${number} - ${name}\n${diagnosis(result)}`
  }
}

function diagnosis(result: CaseResult): string {
  const { outcome, failure, requirements, durationMs } = result
  const fields = {
    outcome,
    requirements: failure?.requirements ?? requirements,
    duration_ms: Math.round(durationMs),
    ...(failure !== null && { signature: failure.signature, replay: failure.replay }),
  }
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return block([...lines, ...literalBlock('message', explanationOf(result))])
}

/** YAML keeps a literal block as it is; what it cannot hold is spelled out. */
function literalBlock(key: string, text: string): string[] {
  const lines = printable(text.replaceAll('\t', '  ').replaceAll('\r', '')).split('\n')
  return [`${key}: |2-`, ...lines.map((line) => (line === '' ? '' : `  ${line}`))]
}

function block(lines: readonly string[]): string {
  return ['---', ...lines, '...'].map((line) => `${line === '' ? '' : `  ${line}`}\n`).join('')
}

function end(report: Report): string {
  const { cases, verdict, subject, counts } = report
  const concerns = concernsOf(report)
  const points = concerns.map(({ id, title, message }, index) => {
    const name = escaped(`${id}: ${title}`)
    return `not ok ${cases.length + index + 1} - ${name}\n${block(literalBlock('message', message))}`
  })
  const totals = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`)
  return [
    ...points,
    `1..${cases.length + concerns.length}\n`,
    `# ${oneLine(subject.name)}: ${verdict}\n# ${totals.join(', ')}\n`,
  ].join('')
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
}

/** In a description `#` begins a directive. */
function escaped(text: string): string {
  return oneLine(text).replace(/[\\#]/g, '\\$&')
}
