import { expect, test } from 'vitest'
import { eachAtOnce } from './each-at-once.js'

test('what goes wrong first is thrown, once nothing is being worked on', async () => {
  const ended: number[] = []
  const working = eachAtOnce([1, 2, 3, 4].values(), { jobs: 2 }, async (piece) => {
    if (piece === 1) throw new Error('first')
    await new Promise(setImmediate)
    ended.push(piece)
  })
  await expect(working).rejects.toThrow('first')
  expect(ended).toEqual([2])
})

test('nothing is begun any more once the signal aborts', async () => {
  const stop = new AbortController()
  const begun: number[] = []
  await eachAtOnce([1, 2, 3].values(), { jobs: 1, signal: stop.signal }, async (piece) => {
    begun.push(piece)
    if (piece === 2) stop.abort()
  })
  expect(begun).toEqual([1, 2])
})
