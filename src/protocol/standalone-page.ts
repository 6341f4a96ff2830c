import { createHash } from 'node:crypto'
import { Html, html } from './html.js'

/** A page as one file. */
interface PageParts {
  readonly title: string
  readonly style: string
  /** What stands in `main`. */
  readonly body: Html
}

/** A page that needs nothing else: nothing is loaded, nothing runs, and its one style sheet is allowed by its hash. */
export function standalonePage({ title, style, body }: PageParts): string {
  const hash = createHash('sha256').update(style).digest('base64')
  // To the letter what was hashed: no formatter may put a space into it.
  const sheet = new Html(`<style>${style}</style>`)
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${sheet}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.text
}
