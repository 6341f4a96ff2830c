import { expect, test } from 'vitest'
import type { ThreadStoreCapabilities } from './capabilities.js'
import { checked } from './checked.js'
import { giveThreadLines, threadLinesOf } from './thread-lines.js'
import type { ThreadStore } from './thread-store.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'

function storeThat(does: Partial<ThreadStore>): ThreadStore {
  const supports = {} as ThreadStoreCapabilities
  return { supports, ...does } as ThreadStore
}

test('a store that is checked already is not checked again', () => {
  const store = checked(storeThat({}))
  expect(checked(store)).toBe(store)
})

test('what a store throws when it is closed becomes an error of the contract', async () => {
  const store = checked(
    storeThat({
      close: async () => {
        throw new RangeError('the disk is gone')
      },
    }),
  )
  const error = { code: 'INTERNAL', message: 'close failed: the disk is gone' }
  await expect(store.close()).rejects.toMatchObject(error)
  await expect(store[Symbol.asyncDispose]()).rejects.toMatchObject(error)
})

test('a history is read as lines behind the same edge', async () => {
  const plain = storeThat({})
  giveThreadLines(plain, async () => {
    throw new RangeError('the disk is gone')
  })
  const lines = threadLinesOf(checked(plain))
  await expect(lines?.('loadHistory', { threadId })).rejects.toMatchObject({
    message: 'loadHistory failed: the disk is gone',
  })
  await expect(lines?.('loadHistory', { threadId: 'x' })).rejects.toMatchObject({
    details: { reason: 'invalid-thread-id' },
  })
  expect(threadLinesOf(checked(storeThat({})))).toBeNull()
})
