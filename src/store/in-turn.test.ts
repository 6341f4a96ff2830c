import { expect, test } from 'vitest'
import { InTurn } from './in-turn.js'

test('work on one key is done in order, one after the other, whether it fails or not', async () => {
  const turns = new InTurn()
  const events: string[] = []
  const work = (name: string, fails: boolean) => async () => {
    events.push(`${name} begins`)
    await Promise.resolve()
    events.push(`${name} ends`)
    if (fails) throw new RangeError(name)
    return name
  }
  const results = await Promise.allSettled([
    turns.run('k', work('a', false)),
    turns.run('k', work('b', true)),
    turns.run('k', work('c', false)),
  ])
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('other keys need not wait', async () => {
  const turns = new InTurn()
  let finish = (): void => {}
  const promise = new Promise<void>((resolve) => {
    finish = resolve
  })
  const slow = turns.run('slow', () => promise)
  expect(await turns.run('quick', () => Promise.resolve('done'))).toBe('done')
  finish()
  await slow
  await turns.settled()
})
