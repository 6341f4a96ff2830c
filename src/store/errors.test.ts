import { expect, test } from 'vitest'
import { alreadyLive, ThreadStoreError, threadNotFound, writerLost } from './errors.js'

test('whatever was thrown becomes an error of the contract that keeps it as its cause', () => {
  const reason = new RangeError('too far')
  for (const [thrown, text] of [
    [reason, 'too far'],
    ['out of reach', 'out of reach'],
  ] as const) {
    const error = ThreadStoreError.from(thrown, 'readThread')
    expect(error).toMatchObject({ code: 'INTERNAL', details: { reason: 'foreign-error' } })
    expect([error.message, error.cause]).toEqual([`readThread failed: ${text}`, thrown])
  }
  const known = threadNotFound('t')
  expect(ThreadStoreError.from(known, 'readThread')).toBe(known)
})

test('an error is known by its class and its code', () => {
  const error = threadNotFound('t')
  expect(ThreadStoreError.is(error)).toBe(true)
  expect(ThreadStoreError.is(error, 'THREAD_NOT_FOUND')).toBe(true)
  expect(ThreadStoreError.is(error, 'CONFLICT')).toBe(false)
  for (const other of [new Error('x'), null, 'text']) expect(ThreadStoreError.is(other)).toBe(false)
})

test('a conflict over the writer says who has it, where that is known', () => {
  expect(alreadyLive('t').details).toEqual({ reason: 'already-live', threadId: 't' })
  const owned = alreadyLive('t', 'process 7')
  expect(owned.details).toEqual({ reason: 'already-live', threadId: 't', owner: 'process 7' })
  expect(owned.message).toBe('thread t already has an active writer (process 7)')
  expect(writerLost('t')).toMatchObject({ code: 'CONFLICT', details: { reason: 'writer-lost' } })
})
