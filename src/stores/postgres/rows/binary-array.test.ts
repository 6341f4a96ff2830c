import { describe, expect, test } from 'vitest'
import { encodeArray } from './binary-array.js'

describe('encodeArray', () => {
  test('spells texts and NULL as PostgreSQL sends them', () => {
    // As `SELECT array_send(ARRAY['a', NULL, '"\'])` prints it.
    expect(encodeArray(['a', null, '"\\']).toString('hex')).toBe(
      '00000001000000010000001900000003000000010000000161ffffffff00000002225c',
    )
  })

  test('spells bytes as PostgreSQL sends them', () => {
    expect(encodeArray([Buffer.of(0, 255), Buffer.alloc(0)]).toString('hex')).toBe(
      '0000000100000000000000110000000200000001' + '0000000200ff' + '00000000',
    )
  })
})
