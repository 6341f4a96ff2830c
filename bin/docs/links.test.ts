import { expect, test } from 'vitest'
import { anchorsOf, linksOf } from './links.js'

test('links are those of the prose, and anchors those that GitHub gives', () => {
  const page = [
    '# A `why`: part 2',
    '## Same',
    '## Same',
    '[a](b.md#c) ![d](e.png) [f](https://g.h/i) [j](#k) `[l](m)`',
    '```',
    '# no heading',
    '[n](o)',
    '```',
  ].join('\n')
  expect(linksOf(page)).toEqual([
    { file: 'b.md', anchor: 'c' },
    { file: 'e.png', anchor: null },
    { file: '', anchor: 'k' },
  ])
  expect([...anchorsOf(page)]).toEqual(['a-why-part-2', 'same', 'same-1'])
})
