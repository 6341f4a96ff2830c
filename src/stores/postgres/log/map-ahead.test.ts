import { describe, expect, test } from 'vitest'
import { mapAhead } from './map-ahead.js'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of source) all.push(value)
  return all
}

describe('mapAhead', () => {
  test('keeps the order, whichever result comes first', async () => {
    const release: (() => void)[] = []
    const mapped = mapAhead(numbers(4), 2, async (number) => {
      await new Promise<void>((resolve) => {
        release.push(resolve)
        // Odd ones finish before the even ones they follow.
        if (number % 2 === 1) for (const go of release.toReversed()) go()
      })
      return number * 10
    })
    expect(await collect(mapped)).toEqual([0, 10, 20, 30])
  })

  test('has no more under way than it may', async () => {
    let running = 0
    let most = 0
    const mapped = mapAhead(numbers(20), 3, async (number) => {
      running += 1
      most = Math.max(most, running)
      await Promise.resolve()
      running -= 1
      return number
    })
    expect(await collect(mapped)).toHaveLength(20)
    expect(most).toBeLessThanOrEqual(3)
  })

  test('rejects with the first failure, and with nothing nobody hears', async () => {
    const mapped = mapAhead(numbers(5), 3, async (number) => {
      await Promise.resolve()
      throw new RangeError(String(number))
    })
    await expect(collect(mapped)).rejects.toThrow('0')
  })
})
