import { expect, test } from 'vitest'
import { runsOf, terminalSvg } from './terminal-svg.js'

test('a line is cut where its look changes', () => {
  expect(runsOf('$ \u001b[1;32mok\u001b[39m bold\u001b[0m <end>')).toEqual([
    { text: '$ ', classes: [] },
    { text: 'ok', classes: ['bold', 'green'] },
    { text: ' bold', classes: ['bold'] },
    { text: ' <end>', classes: [] },
  ])
})

test('text stands at its column and is never markup', () => {
  const svg = terminalSvg(['\u001b[31mab\u001b[0m<c>', ''], 10, 'a <screen>')
  expect(svg).toContain('<text x="16.0" y="30" textLength="16.8"')
  expect(svg).toContain('class="red">ab</text>')
  expect(svg).toContain('<text x="32.8" y="30"')
  expect(svg).toContain('&lt;c&gt;')
  expect(svg).toContain('aria-label="a &lt;screen&gt;"')
  expect(svg).not.toContain('\u001b')
})
