import { describe, expect, test } from 'vitest'
import { isInShard, parseShard } from './shard.js'

const ids = Array.from(
  { length: 1000 },
  (_, n) => `019a0000-0000-7000-8000-${String(n).padStart(12, '0')}`,
)

describe('isInShard', () => {
  test('deals every thread to exactly one shard, about evenly', () => {
    const sizes = [1, 2, 3, 4].map(
      (number) => ids.filter((id) => isInShard(id, { number, of: 4 })).length,
    )
    expect(sizes.reduce((sum, size) => sum + size)).toBe(ids.length)
    for (const size of sizes) expect(Math.abs(size - 250)).toBeLessThan(60)
  })

  test('one shard holds everything', () => {
    expect(ids.every((id) => isInShard(id, { number: 1, of: 1 }))).toBe(true)
  })
})

describe('parseShard', () => {
  test.each([
    ['1/1', { number: 1, of: 1 }],
    ['2/8', { number: 2, of: 8 }],
    ['0/8', null],
    ['9/8', null],
    ['a/8', null],
    ['1/8/2', null],
    ['', null],
  ])('reads %j', (text, shard) => {
    expect(parseShard(text)).toEqual(shard)
  })
})
