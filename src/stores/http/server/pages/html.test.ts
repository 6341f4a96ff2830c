import { expect, test } from 'vitest'
import { html } from './html.js'

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

test('control characters are shown and not dropped', () => {
  expect(html`${'a\u0000\u001b[31m\u007f\tb\r\n'}`.text).toBe('a\u2400\u241b[31m\u2421\tb\r\n')
})
