import { expect, test } from 'vitest'
import { unlessAborted } from './unless-aborted.js'

test('nothing is begun that nobody waits for any more', async () => {
  const begun: string[] = []
  const begin = (): Promise<never> => {
    begun.push('begun')
    return Promise.reject(new RangeError('unheard'))
  }
  await expect(unlessAborted(begin, AbortSignal.abort())).rejects.toThrow('aborted')
  expect(begun).toEqual([])
})

test('what was begun is left behind once it is aborted', async () => {
  const stop = new AbortController()
  const left = unlessAborted(() => new Promise<never>(() => {}), stop.signal)
  stop.abort(new RangeError('stopped'))
  await expect(left).rejects.toThrow('stopped')
})
