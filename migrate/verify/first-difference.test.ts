import { expect, test } from 'vitest'
import { firstDifference } from './first-difference.js'

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

test.each([
  [
    'equal streams do not differ, however they are cut',
    ['ab\n', 'cd'],
    ['a', 'b\nc', '', 'd'],
    null,
  ],
  ['a changed byte is found with its line', ['ab\ncd'], ['ab\n', 'cx'], { offset: 4, line: 2 }],
  ['the end of the shorter one is a difference', ['ab\n'], ['ab\ncd'], { offset: 3, line: 2 }],
  ['an empty stream differs from the start', [], ['a'], { offset: 0, line: 1 }],
  ['two empty streams are equal', [], [''], null],
])('%s', async (_, left, right, difference) => {
  expect(await firstDifference(chunks(...left), chunks(...right))).toEqual(difference)
})
