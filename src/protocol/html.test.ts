import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { html } from './html.js'
import { standalonePage } from './standalone-page.js'

test('text stays text, between tags and in attributes', () => {
  const text = `<b class="x" id='y'>&amp;\``
  const safe = '&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&#96;'
  expect(html`<i title="${text}">${text}</i>`.text).toBe(`<i title="${safe}">${safe}</i>`)
})

test('HTML that was built the same way is put in as it is', () => {
  const list = ['<', '>'].map((text) => html`<li>${text}</li>`)
  const built = html`<ul>
    ${list}${null}${7}
  </ul>`
  expect(built.text.replace(/\s/g, '')).toBe('<ul><li>&lt;</li><li>&gt;</li>7</ul>')
})

test('what no document can hold, and what turns the text around it, is shown and not dropped', () => {
  const text = 'a\u0000\u001b[31m\u007f\u009b\u202e\ud800\tb\r\n'
  const shown = 'a\\u{0}\\u{1b}[31m\\u{7f}\\u{9b}\\u{202e}\\u{d800}\tb\r\n'
  expect(html`${text}`.text).toBe(shown)
})

test('a page allows the one style sheet that it has', () => {
  const page = standalonePage({ title: '<', style: 'a > b { color: red }', body: html`<p></p>` })
  const [, sheet = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
  const hash = createHash('sha256').update(sheet).digest('base64').replaceAll("'", '&#39;')
  expect(sheet).toBe('a > b { color: red }')
  expect(page).toContain(`style-src &#39;sha256-${hash}&#39;`)
  expect(page).toContain('<title>&lt;</title>')
})
