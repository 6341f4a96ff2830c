import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createByteHasher } from './digest.js'

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

describe('createByteHasher', () => {
  test('hashes the whole and every marked prefix in one pass, however it is cut', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }))
    fc.assert(
      fc.property(chunks, fc.array(fc.nat({ max: 100 })), (parts, marks) => {
        const whole = Buffer.concat(parts)
        const hasher = createByteHasher(marks)
        for (const part of parts) hasher.update(part)
        expect(hasher.byteCount).toBe(whole.length)
        expect(hasher.sha256()).toBe(sha256(whole))
        const reached = [...new Set(marks)].filter((mark) => mark <= whole.length)
        expect(new Map(hasher.prefixes)).toEqual(
          new Map(reached.map((mark) => [mark, sha256(whole.subarray(0, mark))])),
        )
      }),
    )
  })

  test('goes on after it was asked', () => {
    const hasher = createByteHasher()
    hasher.update(Buffer.from('a'))
    expect(hasher.sha256()).toBe(sha256(Buffer.from('a')))
    hasher.update(Buffer.from('b'))
    expect(hasher.sha256()).toBe(sha256(Buffer.from('ab')))
  })
})
