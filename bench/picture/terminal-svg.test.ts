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

test('a progress bar is drawn, because few fonts have its letters', () => {
  const svg = terminalSvg(['██░ 66%'], 10, 'a bar')
  expect(svg).toContain('<rect class="done" x="16.0" y="18" width="16.8" height="14"/>')
  expect(svg).toContain('<rect class="left" x="32.8"')
  expect(svg).toContain('> 66%</text>')
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
