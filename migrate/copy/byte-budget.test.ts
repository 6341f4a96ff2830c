import { expect, test } from 'vitest'
import { ByteBudget } from './byte-budget.js'

async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

test('what fits goes on at once, what does not waits for its turn', async () => {
  const budget = new ByteBudget(10)
  const order: string[] = []
  const enter = (name: string, bytes: number): Promise<() => void> =>
    budget.take(bytes).then((release) => {
      order.push(name)
      return release
    })
  const [first, second] = await Promise.all([enter('first', 6), enter('second', 4)])
  const large = enter('large', 8)
  const small = enter('small', 1)
  await settled()
  expect(order).toEqual(['first', 'second'])
  second?.()
  await settled()
  // The small one would fit, and still does not overtake the large one.
  expect(order).toEqual(['first', 'second'])
  first?.()
  await Promise.all([large, small])
  expect(order).toEqual(['first', 'second', 'large', 'small'])
})

test('what is larger than everything takes everything', async () => {
  const budget = new ByteBudget(10)
  const release = await budget.take(1_000)
  const next = budget.take(1)
  release()
  await expect(next).resolves.toBeTypeOf('function')
})
