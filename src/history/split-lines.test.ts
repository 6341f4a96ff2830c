import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLineSplitter, type RawLine, splitBuffer, splitLines } from './split-lines.js'

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve(chunks)
}

async function linesOf(chunks: readonly Uint8Array[], lineBytesMax?: number): Promise<RawLine[]> {
  const lines: RawLine[] = []
  for await (const line of splitLines(streamOf(chunks), lineBytesMax ? { lineBytesMax } : {})) {
    lines.push(line)
  }
  return lines
}

interface PlainLine {
  readonly offset: number
  readonly text: string | null
  readonly length: number
  readonly terminated: boolean
}

function plain({ offset, bytes, length, terminated }: RawLine): PlainLine {
  return { offset, text: bytes && bytes.toString('latin1'), length, terminated }
}

/** Lines by the shortest definition there is. */
function naiveLines(bytes: Buffer, lineBytesMax: number): PlainLine[] {
  const texts = bytes.toString('latin1').split('\n')
  const lines: PlainLine[] = []
  let offset = 0
  for (const [index, text] of texts.entries()) {
    const terminated = index < texts.length - 1
    const { length } = text
    if (terminated || length > 0) {
      lines.push({ offset, text: length > lineBytesMax ? null : text, length, terminated })
    }
    offset += length + 1
  }
  return lines
}

/** Bytes in which line feeds are common, and places at which to cut them into chunks. */
const cutBytes = fc
  .array(fc.constantFrom(10, 10, 13, 0, 65, 0xe2, 0x80, 0xa8), { maxLength: 60 })
  .chain((bytes) =>
    fc.tuple(fc.constant(Buffer.from(bytes)), fc.array(fc.nat({ max: bytes.length }))),
  )
  .map(([bytes, cuts]) => {
    const ends = [...cuts.toSorted((a, b) => a - b), bytes.length]
    return { bytes, chunks: ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)) }
  })

describe('splitLines', () => {
  test('gives the lines of the whole, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(cutBytes, fc.integer({ min: 1, max: 20 }), async (cut, lineBytesMax) => {
        const lines = await linesOf(cut.chunks, lineBytesMax)
        expect(lines.map(plain)).toEqual(naiveLines(cut.bytes, lineBytesMax))
      }),
    )
  })

  test('separates at LF only', async () => {
    const lines = await linesOf([Buffer.from('a\r\n\u2028\u0085b')])
    expect(lines.map(({ bytes }) => bytes?.toString())).toEqual(['a\r', '\u2028\u0085b'])
  })

  test('gives no line for no bytes', async () => {
    expect(await linesOf([])).toEqual([])
  })
})

describe('splitBuffer', () => {
  test('gives the lines of bytes in memory', () => {
    fc.assert(
      fc.property(cutBytes, ({ bytes }) => {
        expect(splitBuffer(bytes).map(plain)).toEqual(naiveLines(bytes, Infinity))
      }),
    )
  })
})

describe('createLineSplitter', () => {
  test('does not keep views of a chunk that its owner fills anew', () => {
    const texts: (string | undefined)[] = []
    const splitter = createLineSplitter(({ bytes }) => texts.push(bytes?.toString()))
    const chunk = Buffer.from('ab')
    splitter.push(chunk)
    chunk.write('c\n')
    splitter.push(chunk)
    expect(texts).toEqual(['abc'])
  })

  test('holds no more than the limit of a line that is too long', () => {
    const lines: RawLine[] = []
    const splitter = createLineSplitter((line) => lines.push(line), { lineBytesMax: 1000 })
    const chunk = Buffer.alloc(1 << 20, 'x')
    const before = process.memoryUsage.rss()
    for (let i = 0; i < 512; i += 1) splitter.push(chunk)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 << 20)
    splitter.push(Buffer.from('\nok\n'))
    splitter.end()
    expect(lines.map(plain)).toEqual([
      { offset: 0, text: null, length: 512 << 20, terminated: true },
      { offset: (512 << 20) + 1, text: 'ok', length: 2, terminated: true },
    ])
  })
})
