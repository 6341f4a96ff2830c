import { type Concern, briefOf, concernsOf, explanationOf } from './concerns.js'
import { escapeMarkup } from '../../src/protocol/html.js'
import type { CaseResult, Report } from './report.js'

/** A report as JUnit XML, in the dialect that Jenkins and GitLab read: a test suite for each area. */
export function junitXml(report: Report): string {
  const { subject, startedAt, durationMs } = report
  const areas = Map.groupBy(report.cases, ({ id }) => areaOf(id))
  const concerns = concernsOf(report)
  const suites = [...areas].map(([area, cases]) => suiteOf(area, cases, startedAt))
  const totals = {
    name: `${subject.name} keeps the contract`,
    tests: report.cases.length + concerns.length,
    failures: count(report.cases, isFailure) + concerns.length,
    errors: count(report.cases, isError),
    time: seconds(durationMs),
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(totals)}>`,
    ...suites,
    ...(concerns.length > 0 ? [concernSuite(concerns, startedAt)] : []),
    `</testsuites>\n`,
  ].join('\n')
}

/** The part of an id that says what it is about: `append` of `append.order`. */
export function areaOf(id: string): string {
  return id.split('.', 1)[0] ?? id
}

/** What could not be tried must not look green, and JUnit has no third word for it. */
function isFailure({ outcome, failure }: CaseResult): boolean {
  return outcome === 'unproved' || (outcome === 'failed' && failure?.kind === 'assertion')
}

function isError({ outcome, failure }: CaseResult): boolean {
  return outcome === 'failed' && failure?.kind !== 'assertion'
}

function isSkipped({ outcome }: CaseResult): boolean {
  return outcome === 'not-applicable' || outcome === 'excluded'
}

function suiteOf(area: string, cases: readonly CaseResult[], timestamp: string): string {
  const facts = {
    name: area,
    tests: cases.length,
    failures: count(cases, isFailure),
    errors: count(cases, isError),
    skipped: count(cases, isSkipped),
    time: seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp,
  }
  return [`<testsuite${attributes(facts)}>`, ...cases.map(testCase), '</testsuite>'].join('\n')
}

function testCase(result: CaseResult): string {
  const { id, title, requirements, outcome, failure, reason, durationMs } = result
  const facts = {
    name: `${id}: ${title} [${requirements.join(' ')}]`,
    classname: `conformance.${areaOf(id)}`,
    time: seconds(durationMs),
  }
  if (outcome === 'passed') return `<testcase${attributes(facts)}/>`
  if (isSkipped(result)) {
    return element(facts, `<skipped${attributes({ message: `${outcome}: ${reason}` })}/>`)
  }
  const name = isError(result) ? 'error' : 'failure'
  const type = outcome === 'unproved' ? outcome : (failure?.requirements.join(' ') ?? outcome)
  const text = escapeMarkup(explanationOf(result))
  return element(
    facts,
    `<${name}${attributes({ type, message: briefOf(result) })}>${text}</${name}>`,
  )
}

function concernSuite(concerns: readonly Concern[], timestamp: string): string {
  const { length } = concerns
  const facts = { name: 'run', tests: length, failures: length, errors: 0, timestamp }
  const tests = concerns.map(({ id, title, message }) =>
    element(
      { name: `${id}: ${title}`, classname: 'conformance.run' },
      `<failure${attributes({ type: 'run', message })}/>`,
    ),
  )
  return [`<testsuite${attributes(facts)}>`, ...tests, '</testsuite>'].join('\n')
}

function element(facts: Readonly<Record<string, string>>, content: string): string {
  return `<testcase${attributes(facts)}>${content}</testcase>`
}

function attributes(facts: Readonly<Record<string, string | number>>): string {
  return Object.entries(facts)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('')
}

function count<T>(values: readonly T[], is: (value: T) => boolean): number {
  return values.filter(is).length
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
