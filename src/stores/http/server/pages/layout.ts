import type { FastifyReply } from 'fastify'
import { html, type Html } from '../../../../protocol/html.js'

/** A whole page. */
export function layout(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · threadstore</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header><a href="/">threadstore</a></header>
        <main>${body}</main>
      </body>
    </html> `.text
}

/** Where a page leads, its name for browsers, and what people read; `null` for nowhere. */
type PageLink = readonly [address: string | null, rel: string, text: string]

/** Links to the pages beside this one, if there are any. */
export function pageLinks(links: readonly PageLink[]): Html | null {
  const shown = links.flatMap(([address, rel, text]) =>
    address === null ? [] : [html`<a rel="${rel}" href="${address}">${text}</a> `],
  )
  return shown.length === 0 ? null : html`<nav aria-label="Pages">${shown}</nav>`
}

/** A time as people read it. */
export function timeOf(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** What browsers may do with a page: show it, with our style sheet, and nothing else. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'interest-cohort=()',
}

/** Answers with a page. */
export function sendPage(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).headers(pageHeaders).type('text/html; charset=utf-8').send(text)
}

export const styleSheet = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#666, #aaa) }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif }
header { padding: .6rem 1rem; border-bottom: 1px solid var(--line) }
header a { font-weight: 600; text-decoration: none; color: inherit }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.3rem; overflow-wrap: anywhere }
form { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; margin: 0 0 1rem }
input[type=search] { flex: 1 1 16rem; padding: .3rem .5rem; font: inherit }
button { font: inherit }
ol.threads { list-style: none; margin: 0; padding: 0 }
ol.threads li { padding: .5rem 0; border-bottom: 1px solid var(--line) }
ol.threads .facts { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.facts { color: var(--soft); font-size: .85rem }
bdi { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .9rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
section { border-top: 1px solid var(--line); padding: .5rem 0 }
section h2 { font-size: 1rem; margin: .3rem 0 }
.text, pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 }
.user { border-left: 3px solid #3a7bd5; padding-left: .7rem }
.agent { border-left: 3px solid #2a9d5c; padding-left: .7rem }
.user::before, .agent::before { display: block; color: var(--soft); font-size: .8rem }
.user::before { content: 'user' }
.agent::before { content: 'agent' }
details { margin: .2rem 0; font-size: .85rem }
nav { margin: 1rem 0; display: flex; gap: 1rem; flex-wrap: wrap }
`
