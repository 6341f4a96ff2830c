import type { Report, RunEvent } from './report.js'

/** The events that led to a report, so that whatever writes events can write reports. */
export function eventsOf(report: Report): RunEvent[] {
  const { subject, planned, options, cases } = report
  return [
    { type: 'started', subject: subject.name, planned, seed: options.seed },
    ...cases.map((result, index): RunEvent => ({ type: 'case', index, result })),
    { type: 'finished', report },
  ]
}
