import { html } from '../../../src/protocol/html.js'
import { standalonePage } from '../../../src/protocol/standalone-page.js'
import type { KillMatrix } from '../../kill-matrix.js'
import type { Report } from '../report.js'
import { failures } from './failures.js'
import { header } from './header.js'
import { killMatrix } from './kill-matrix.js'
import { requirementMatrix } from './requirement-matrix.js'
import { style } from './style.js'
import { timings } from './timings.js'

/** A report as one page that needs nothing else, with the kill matrix if there is one. */
export function htmlPage(report: Report, matrix: KillMatrix | null = null): string {
  const { subject, verdict, version } = report
  const body = html`${header(report)} ${matrix === null ? null : killMatrix(matrix)}
    ${failures(report)} ${requirementMatrix(report)} ${timings(report)}
    <footer>
      Written by threadstore ${version}. What each requirement means is in
      <code>docs/thread-store.md</code>.
    </footer>`
  return standalonePage({ title: `${subject.name}: ${verdict}`, style, body })
}
