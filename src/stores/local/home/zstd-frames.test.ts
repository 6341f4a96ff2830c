import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { endsWithFrame } from './zstd-frames.js'

const { ZSTD_c_checksumFlag: checksumFlag, ZSTD_c_contentSizeFlag: contentSizeFlag } = constants

/** Long enough for several blocks, one of them of a single byte that is repeated. */
const content = Buffer.concat([
  Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index * index} `).join('')),
  Buffer.alloc(300_000, 'a'),
])

const frames: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['plain', zstdCompressSync(content)],
  ['short', zstdCompressSync(Buffer.from('short'))],
  ['empty', zstdCompressSync(Buffer.alloc(0))],
  ['with a checksum', zstdCompressSync(content, { params: { [checksumFlag]: 1 } })],
  ['without a size', zstdCompressSync(content, { params: { [contentSizeFlag]: 0 } })],
  ['skippable', Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])],
]

function ends(bytes: Buffer): boolean {
  const path = join(temporaryFolder(), 'frames.zst')
  writeFileSync(path, bytes)
  const file = openSync(path, 'r')
  try {
    return endsWithFrame(file)
  } finally {
    closeSync(file)
  }
}

test.each(frames)('a frame that is %s ends with its last byte and not before', (_name, bytes) => {
  expect(ends(bytes)).toBe(true)
  for (const cut of [1, 2, 3, 4, 5, bytes.length >> 1].filter((few) => few < bytes.length)) {
    expect({ cut, ends: ends(bytes.subarray(0, bytes.length - cut)) }).toEqual({ cut, ends: false })
  }
})

test('frames one after the other end with the last of them', () => {
  const all = Buffer.concat(frames.map(([, bytes]) => bytes))
  expect(ends(all)).toBe(true)
  expect(ends(Buffer.concat([all, Buffer.from([0x28])]))).toBe(false)
  expect(ends(Buffer.concat([all, Buffer.from('nothing that is a frame')]))).toBe(false)
})
