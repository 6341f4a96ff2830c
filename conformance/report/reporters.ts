import type { Report } from './report.js'
import { type TextStyle, plainStyle, summaryText } from './text.js'

/** A report as one document. */
export type Reporter = (report: Report, style?: TextStyle) => string

/** Every way to write a report, by the name `--reporter` knows it by. */
export const reporters = {
  text: (report: Report, style: TextStyle = plainStyle): string =>
    `${summaryText(report, style)}\n`,
  json: (report: Report): string => `${JSON.stringify(report, null, 2)}\n`,
} as const
export type ReporterName = keyof typeof reporters

export const reporterNames: readonly ReporterName[] = Object.keys(reporters) as ReporterName[]
