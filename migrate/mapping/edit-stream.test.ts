import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits, growthBefore, skipBytes } from './edit-stream.js'

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

test('edits are applied wherever chunks are cut', async () => {
  const line = fc.tuple(fc.stringMatching(/^[a-z]{0,9}$/), fc.stringMatching(/^[A-Z]{1,9}$/))
  const pieces = fc.array(fc.tuple(line, fc.stringMatching(/^[0-9]{0,12}$/)), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (parts, size) => {
      let before = ''
      let after = ''
      const edits = []
      for (const [[plain, old], fresh] of parts) {
        before += plain
        edits.push({
          start: before.length,
          end: before.length + old.length,
          bytes: Buffer.from(fresh),
        })
        before += old
        after += plain + fresh
      }
      expect(await joined(applyEdits(cut(Buffer.from(before), size), edits))).toBe(after)
      expect(growthBefore(edits)).toBe(after.length - before.length)
    }),
  )
})

test('growth before a place counts the edits that end there or earlier', () => {
  const edits = [
    { start: 2, end: 4, bytes: Buffer.from('xxxxx') },
    { start: 10, end: 12, bytes: Buffer.from('') },
  ]
  expect([1, 4, 11, 12].map((place) => growthBefore(edits, place))).toEqual([0, 3, 3, 1])
})

test('the first bytes can be left out', async () => {
  expect(await joined(skipBytes(cut(Buffer.from('abcdefgh'), 3), 4))).toBe('efgh')
})
