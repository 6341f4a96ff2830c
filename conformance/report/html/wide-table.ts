import { type Html, html } from '../../../src/protocol/html.js'

/** A table that scrolls by itself where the page is too narrow for it. */
export function wideTable(rows: readonly Html[], head: Html | null = null): Html {
  return html`<div class="wide">
    <table>
      ${head}
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
