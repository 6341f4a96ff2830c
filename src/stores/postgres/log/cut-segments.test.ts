import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutSegments } from './cut-segments.js'

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function cut(chunks: readonly Uint8Array[], bytesMax: number): Promise<Buffer[]> {
  const pieces: Buffer[] = []
  for await (const piece of cutSegments(chunksOf(chunks), bytesMax)) pieces.push(piece)
  return pieces
}

/** Lines of all lengths around the limit, in chunks that have nothing to do with them. */
const arbitraryChunks = fc.array(
  fc.array(fc.constantFrom('\n', 'x', 'yy'), { maxLength: 30 }).map((s) => Buffer.from(s.join(''))),
  { maxLength: 8 },
)

describe('cutSegments', () => {
  test('keeps every byte, in pieces that fit, and parts only lines that do not', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryChunks, fc.integer({ min: 1, max: 12 }), async (chunks, max) => {
        const pieces = await cut(chunks, max)
        expect(Buffer.concat(pieces)).toEqual(Buffer.concat(chunks))
        expect(pieces.filter((piece) => piece.length === 0 || piece.length > max)).toEqual([])
        const parted = pieces.slice(0, -1).filter((piece) => piece.at(-1) !== 0x0a)
        expect(parted.filter((piece) => piece.length < max || piece.includes(0x0a))).toEqual([])
      }),
    )
  })

  test('waits for enough bytes before it cuts', async () => {
    const lines = ['one\n', 'two\n', 'three\n'].map((line) => Buffer.from(line))
    expect((await cut(lines, 12)).map(String)).toEqual(['one\ntwo\n', 'three\n'])
  })

  test('makes nothing of nothing', async () => {
    expect(await cut([Buffer.alloc(0)], 12)).toEqual([])
  })
})
