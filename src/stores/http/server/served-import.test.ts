import { expect, test } from 'vitest'
import type { ImportThreadParams } from '../../../store/raw-history.js'
import type { ThreadStore } from '../../../store/thread-store.js'
import type { ImportHead } from '../wire.js'
import { ServedImport } from './served-import.js'

const rollout = { rolloutId: 'r', base: null, file: null, fingerprint: null, fromByte: 0 }

/** An import of two rollouts into a store that keeps what it reads. */
function importOfTwo(): { readonly served: ServedImport; readonly read: string[] } {
  const read: string[] = []
  const store = {
    importThread: async ({ rollouts }: ImportThreadParams) => {
      for (const { chunks } of rollouts) {
        for await (const chunk of chunks) read.push(Buffer.from(chunk).toString())
      }
      return { threadId: 't', rollouts: [] }
    },
  } as unknown as ThreadStore
  const head = { thread: {}, rollouts: [rollout, rollout] } as unknown as ImportHead
  const principal = { tokenId: 't', namespace: 'default', scopes: [] }
  return { served: new ServedImport('i', principal, store, head), read }
}

const part = (text: string, bytes: readonly number[], ended: number, complete = false) => ({
  head: { bytes, ended, complete },
  bytes: Buffer.from(text),
})

test('a rollout is read to its end while parts of the next one come', async () => {
  const { served, read } = importOfTwo()
  expect(await served.take(1, part('ab', [2, 0], 0))).toBeNull()
  expect(await served.take(2, part('cd', [1, 1], 1))).toBeNull()
  expect(await served.take(3, part('e', [0, 1], 2, true))).toMatchObject({ threadId: 't' })
  expect(read).toEqual(['ab', 'c', 'd', 'e'])
})

test.each([
  ['brings bytes for a rollout that has ended', part('x', [1, 0], 1)],
  ['takes an end back', part('', [0, 0], 0)],
  ['has fewer bytes than it says', part('x', [0, 2], 1)],
  ['speaks of another number of rollouts', part('x', [0, 1, 0], 1)],
])('a part that %s is refused', async (_what, next) => {
  const { served } = importOfTwo()
  await served.take(1, part('ab', [2, 0], 1))
  await expect(served.take(2, next)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

test('a part out of turn is refused', async () => {
  const { served } = importOfTwo()
  const taking = served.take(2, part('ab', [2, 0], 1))
  await expect(taking).rejects.toMatchObject({ details: { reason: 'position' } })
})
