import { expect, test } from 'vitest'
import { packParts } from './part-packer.js'

async function* chunks(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function packed(max: number, ...rollouts: string[][]): Promise<unknown[]> {
  const parts = []
  const sources = rollouts.map((texts) => chunks(...texts))
  for await (const { head, bytes } of packParts(sources, max)) {
    parts.push({ ...head, text: Buffer.concat(bytes).toString() })
  }
  return parts
}

test('what fits goes out in one part', async () => {
  expect(await packed(10, ['ab', 'c'], [], ['d'])).toEqual([
    { bytes: [3, 0, 1], ended: 3, complete: true, text: 'abcd' },
  ])
})

test('parts are full, and say which rollouts are done', async () => {
  expect(await packed(4, ['abcdef'], ['ghi'], ['j'])).toEqual([
    { bytes: [4, 0, 0], ended: 0, complete: false, text: 'abcd' },
    { bytes: [2, 2, 0], ended: 1, complete: false, text: 'efgh' },
    { bytes: [0, 1, 1], ended: 3, complete: true, text: 'ij' },
  ])
})

test('bytes that just fit need no further part', async () => {
  expect(await packed(3, ['a', 'bc'])).toEqual([
    { bytes: [3], ended: 1, complete: true, text: 'abc' },
  ])
  expect(await packed(3, [])).toEqual([{ bytes: [0], ended: 1, complete: true, text: '' }])
})

test('a chunk may be reused by its owner as soon as the next is asked for', async () => {
  const shared = Buffer.from('a')
  async function* reusing(): AsyncIterable<Uint8Array> {
    for (const letter of 'abc') {
      shared.write(letter)
      yield shared
    }
  }
  const parts = []
  for await (const { bytes } of packParts([reusing()], 10)) parts.push(Buffer.concat(bytes))
  expect(Buffer.concat(parts).toString()).toBe('abc')
})
