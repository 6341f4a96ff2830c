import { ctrfDocument } from './ctrf.js'
import { eventsOf } from './events.js'
import { annotation, jobSummary } from './github.js'
import { htmlPage } from './html/page.js'
import { jsonLine } from './json-lines.js'
import { junitXml } from './junit.js'
import type { Report, RunEvent } from './report.js'
import { tapLines } from './tap.js'
import { type TextStyle, plainStyle, summaryText } from './text.js'

/** A way to write a report: what each event of the run adds to it. */
export type Reporter = (event: RunEvent, style?: TextStyle) => string

/** The formats, by the names `--reporter` knows them by. */
export const reporterNames = [
  'text',
  'json',
  'json-lines',
  'tap',
  'junit',
  'ctrf',
  'html',
  'github',
  'annotations',
] as const
export type ReporterName = (typeof reporterNames)[number]

/** Every way to write a report. */
export const reporters: Readonly<Record<ReporterName, Reporter>> = {
  text: document((report, style) => `${summaryText(report, style)}\n`),
  json: document((report) => `${JSON.stringify(report, null, 2)}\n`),
  'json-lines': jsonLine,
  tap: tapLines,
  junit: document(junitXml),
  ctrf: document(ctrfDocument),
  html: document((report) => htmlPage(report)),
  github: document(jobSummary),
  annotations: annotation,
}

/** A report that is over, whole. */
export function printReport(
  name: ReporterName,
  report: Report,
  style: TextStyle = plainStyle,
): string {
  return eventsOf(report)
    .map((event) => reporters[name](event, style))
    .join('')
}

/** A format that is one document: there is nothing to write before the end. */
function document(print: (report: Report, style: TextStyle) => string): Reporter {
  return (event, style = plainStyle) =>
    event.type === 'finished' ? print(event.report, style) : ''
}
