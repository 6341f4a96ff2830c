import { randomFillSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Codec, pack, unpack } from './segment.js'

const text = (bytes: number): Buffer => Buffer.alloc(bytes, 'a line of a rollout\n')
const noise = (bytes: number): Buffer => randomFillSync(Buffer.alloc(bytes))

describe('pack and unpack', () => {
  test.each([
    ['nothing', Buffer.alloc(0), Codec.none],
    ['what is too small to be worth it', text(100), Codec.none],
    ['small text', text(2_000), Codec.zstd],
    ['text for another thread', text(200_000), Codec.zstd],
    ['small noise', noise(2_000), Codec.none],
    ['noise for another thread', noise(200_000), Codec.none],
  ])('give %s back', async (_what, raw, codec) => {
    const packed = await pack(raw)
    expect({ codec: packed.codec, byteCount: packed.byteCount }).toEqual({
      codec,
      byteCount: raw.length,
    })
    expect(Buffer.compare(await unpack(packed), raw)).toBe(0)
  })

  test.each([2_000, 200_000])('notice one changed byte among %d', async (size) => {
    const packed = await pack(text(size))
    const bytes = Buffer.from(packed.bytes)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await expect(unpack({ ...packed, bytes })).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { reason: 'damaged' },
    })
  })

  test('unpack no more than was promised', async () => {
    const packed = await pack(text(10_000_000))
    await expect(unpack({ ...packed, byteCount: 1_000 })).rejects.toMatchObject({
      details: { reason: 'damaged' },
    })
  })

  test('do not take fewer bytes for all of them', async () => {
    const packed = await pack(text(2_000))
    await expect(unpack({ ...packed, byteCount: 2_001 })).rejects.toMatchObject({
      details: { reason: 'damaged' },
    })
  })
})
