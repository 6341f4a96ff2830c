import { briefOf, concernsOf, explanationOf } from './concerns.js'
import { areaOf } from './junit.js'
import type { CaseResult, Outcome, Report } from './report.js'

/** CTRF has fewer words. What could not be tried counts as failed, what is known as `other`. */
const statuses: Readonly<Record<Outcome, 'passed' | 'failed' | 'skipped' | 'other'>> = {
  passed: 'passed',
  failed: 'failed',
  unproved: 'failed',
  excluded: 'other',
  'not-applicable': 'skipped',
}

/** A report in the Common Test Report Format. */
export function ctrfDocument(report: Report): string {
  const { version, subject, cases, startedAt, durationMs, verdict, options, supports } = report
  const concerns = concernsOf(report).map(({ id, title, message }) => ({
    name: `${id}: ${title}`,
    status: 'failed' as const,
    duration: 0,
    suite: ['run'],
    message,
  }))
  const tests = [...cases.map(testOf), ...concerns]
  const count = (status: string): number => tests.filter((one) => one.status === status).length
  const start = Date.parse(startedAt)
  const document = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    timestamp: startedAt,
    generatedBy: `threadstore ${version}`,
    results: {
      tool: { name: 'threadstore', version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: 0,
        other: count('other'),
        start,
        stop: start + Math.round(durationMs),
      },
      tests,
      environment: {
        appName: subject.name,
        ...(subject.version !== null && { appVersion: subject.version }),
        extra: { verdict, supports, ...options },
      },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function testOf(
  result: CaseResult,
): { readonly status: string } & Readonly<Record<string, unknown>> {
  const { id, title, outcome, durationMs, requirements, failure, kind, set } = result
  return {
    name: `${id}: ${title}`,
    status: statuses[outcome],
    duration: Math.round(durationMs),
    suite: [areaOf(id)],
    rawStatus: outcome,
    tags: [...requirements],
    type: kind,
    ...(outcome !== 'passed' && { message: briefOf(result), trace: explanationOf(result) }),
    ...(failure !== null && { snippet: failure.program }),
    extra: {
      id,
      set,
      ...(failure !== null && {
        replay: failure.replay,
        signature: failure.signature,
        looksLike: failure.looksLike,
      }),
    },
  }
}
