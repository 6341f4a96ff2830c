import { createHash } from 'node:crypto'
import type { KillMatrix } from '../../kill-matrix.js'
import type { Report } from '../report.js'
import { failures } from './failures.js'
import { header } from './header.js'
import { killMatrix } from './kill-matrix.js'
import { Markup, markup } from './markup.js'
import { requirementMatrix } from './requirement-matrix.js'
import { style } from './style.js'
import { timings } from './timings.js'

/** Nothing is loaded, nothing runs: the one style sheet is allowed by its hash. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`

/** A report as one page that needs nothing else, with the kill matrix if there is one. */
export function htmlPage(report: Report, matrix: KillMatrix | null = null): string {
  const { subject, verdict, version } = report
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${subject.name}: ${verdict}</title>
        <style>${new Markup(style)}</style>
      </head>
      <body>
        <main>
          ${header(report)} ${matrix === null ? null : killMatrix(matrix)} ${failures(report)}
          ${requirementMatrix(report)} ${timings(report)}
          <footer>
            Written by threadstore ${version}. What each requirement means is in
            <code>docs/thread-store.md</code>.
          </footer>
        </main>
      </body>
    </html>
`
  return page.text
}
