import { describe, expect, test } from 'vitest'
import { printRolloutLine } from '../../../history/rollout-line.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { type PackedLines, packLines } from './pack-lines.js'
import { SEGMENT_BYTES_MAX, unpack } from './segment.js'

const start = { byteCount: 0, endOrdinal: 0, endsLine: true }

function item(size: number, ordinal?: number): RolloutItem {
  const payload = 'x'.repeat(size)
  return { type: 'event_msg', payload, ...(ordinal !== undefined && { ordinal }) }
}

async function bytesOf({ segments }: PackedLines): Promise<Buffer> {
  return Buffer.concat(await Promise.all(segments.map(unpack)))
}

function shape({ segments }: PackedLines): unknown[] {
  return segments.map(({ firstByte, startsLine, firstOrdinal, itemCount }) => {
    return { firstByte, startsLine, firstOrdinal, itemCount }
  })
}

describe('packLines', () => {
  test('puts small items into one segment', async () => {
    const items = [item(10), item(20)]
    const packed = await packLines(items, { byteCount: 500, endOrdinal: 7, endsLine: true })
    const bytes = Buffer.concat(items.map(printRolloutLine))
    expect(await bytesOf(packed)).toEqual(bytes)
    expect(shape(packed)).toEqual([
      { firstByte: 500, startsLine: true, firstOrdinal: 7, itemCount: 2 },
    ])
    expect(packed.to).toEqual({ byteCount: 500 + bytes.length, endOrdinal: 9, endsLine: true })
  })

  test('ends a torn line before it begins another', async () => {
    const packed = await packLines([item(10)], { byteCount: 5, endOrdinal: 1, endsLine: false })
    expect(String(await bytesOf(packed))).toMatch(/^\n\{/)
    expect(shape(packed)).toEqual([
      { firstByte: 5, startsLine: false, firstOrdinal: 1, itemCount: 0 },
      { firstByte: 6, startsLine: true, firstOrdinal: 1, itemCount: 1 },
    ])
  })

  test('cuts a line that fits no segment, and counts its item where the line ends', async () => {
    const items = [item(10), item(2.5 * SEGMENT_BYTES_MAX), item(10)]
    const packed = await packLines(items, start)
    expect(await bytesOf(packed)).toEqual(Buffer.concat(items.map(printRolloutLine)))
    expect(
      packed.segments.map(({ startsLine, firstOrdinal, itemCount }) => {
        return [startsLine, firstOrdinal, itemCount]
      }),
    ).toEqual([
      [true, 0, 1],
      [true, 1, 0],
      [false, 1, 0],
      [false, 1, 1],
      [true, 2, 1],
    ])
    expect(packed.to.endOrdinal).toBe(3)
  })

  test('begins another segment where the next line does not fit', async () => {
    const packed = await packLines([item(600_000), item(600_000)], start)
    expect(packed.segments.map(({ itemCount }) => itemCount)).toEqual([1, 1])
  })

  test('goes on from the ordinal an item carries', async () => {
    const packed = await packLines([item(1, 40), item(1)], start)
    expect(packed.to.endOrdinal).toBe(42)
  })
})
