import { onTestFinished, describe, expect, test } from 'vitest'
import { bytesOf } from '../../conformance/build/chunks.js'
import { agentMessage } from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import { type ThreadStore, systemClock } from '../../src/index.js'
import { openPgDriver } from '../../src/stores/postgres/driver/pg-driver.js'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js'
import { freshStorage, messagesOf, newThreadId, throughPort } from './storage.js'

/** A handle whose way to the server can be cut, and one whose way cannot. */
async function behindProxy(): Promise<{
  readonly proxy: CuttingProxy
  readonly store: ThreadStore
  readonly other: ThreadStore
}> {
  const storage = await freshStorage()
  const port = Number(new URL(storage.url).port)
  const proxy = await startCuttingProxy({ host: '127.0.0.1', port })
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  const store = await storage.open({ url: throughPort(storage.url, proxy.port) })
  return { proxy, store, other: await storage.open() }
}

/** An item as short as these is sent as it is: this is how an append is told from other statements. */
const AN_APPEND = 'event_msg'

describe('a connection that breaks', () => {
  test('after an append was stored, before the reply: the append took effect once', async () => {
    const { proxy, store, other } = await behindProxy()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: [agentMessage('before')] })
    proxy.cutAfter(AN_APPEND)
    await store.appendItems({ threadId, items: [agentMessage('during')] })
    await store.appendItems({ threadId, items: [agentMessage('after')] })
    expect(proxy.cuts).toBe(1)
    expect(await messagesOf(other, threadId)).toEqual(['before', 'during', 'after'])
  })

  test('twice during an append: the outcome is unknown, and the next append goes on from it', async () => {
    const { proxy, store, other } = await behindProxy()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: [agentMessage('before')] })
    proxy.cutAfter(AN_APPEND, 2)
    await expect(
      store.appendItems({ threadId, items: [agentMessage('perhaps')] }),
    ).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', details: { reason: 'connection-lost' } })
    const known = await messagesOf(other, threadId)
    await store.appendItems({ threadId, items: [agentMessage('after')] })
    expect(await messagesOf(other, threadId)).toEqual([...known, 'after'])
  })

  test('after a commit was sent: what became of it is found out', async () => {
    const { proxy, store, other } = await behindProxy()
    const threadId = newThreadId()
    proxy.cutAfter('COMMIT')
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: [agentMessage('live')] })
    expect(proxy.cuts).toBe(1)
    expect(await messagesOf(other, threadId)).toEqual(['live'])
  })

  test('before a commit was sent: nothing has happened, and it is done again', async () => {
    const { proxy, store, other } = await behindProxy()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    proxy.cutAfter('UPDATE threadstore.threads')
    const patched = await store.updateThreadMetadata({ threadId, patch: { name: 'once' } })
    expect([proxy.cuts, patched.name]).toEqual([1, 'once'])
    expect((await other.readThread({ threadId })).name).toBe('once')
  })

  test('during a read: it is read again', async () => {
    const { proxy, store } = await behindProxy()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    proxy.cutAfter('REPEATABLE READ')
    expect(
      (await store.readThread({ threadId, includeHistory: true })).history?.items,
    ).toHaveLength(1)
    expect(proxy.cuts).toBe(1)
  })

  test('between the bytes of an export: they are read on, and fail as a call does', async () => {
    const { proxy, store } = await behindProxy()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    const [rollout] = (await store.exportThread({ threadId })).rollouts
    if (rollout === undefined) throw new RangeError('no rollout')
    proxy.cutAfter('SELECT first_byte')
    expect(await bytesOf(rollout.read())).toHaveLength(rollout.byteCount)
    expect(proxy.cuts).toBe(1)
    proxy.down()
    await expect(bytesOf(rollout.read())).rejects.toMatchObject({
      code: 'RETRYABLE',
      details: { reason: 'unavailable' },
    })
    proxy.heal()
    await store.close()
    await expect(bytesOf(rollout.read())).rejects.toMatchObject({
      details: { reason: 'store-closed' },
    })
  })

  test('for good: calls are RETRYABLE, and work again when the server is back', async () => {
    const { proxy, store } = await behindProxy()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.shutdownThread({ threadId })
    proxy.down()
    for (const call of [
      store.readThread({ threadId }),
      store.updateThreadMetadata({ threadId, patch: { name: 'never' } }),
      store.listThreads({ pageSize: 10 }),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'RETRYABLE',
        details: { reason: 'unavailable' },
      })
    }
    proxy.heal()
    expect((await store.readThread({ threadId })).name).toBe(null)
  })
})

test('whoever waits for a connection does so for as long as others are served', async () => {
  const { url } = await freshStorage()
  const options = { url, clock: systemClock, connectionsMax: 1, connectingMaxMs: 200 }
  const driver = await openPgDriver(options)
  onTestFinished(() => driver.close())
  const slow = driver.query('SELECT pg_sleep(0.5)')
  expect(await driver.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  await slow
})

describe('a server that cannot be used', () => {
  test.each([
    'postgres://someone:secret@127.0.0.1:1/threads',
    'postgres://someone@127.0.0.1:1/threads?password=top@secret',
  ])('refuses connections: the store says which server, and no password: %s', async (url) => {
    const storage = await freshStorage()
    const error: unknown = await storage.open({ url }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'RETRYABLE', details: { reason: 'unavailable' } })
    expect(String(error)).toContain('127.0.0.1:1/threads')
    expect(String(error)).not.toContain('secret')
  })

  test('refuses the password: the store says so', async () => {
    const storage = await freshStorage()
    const url = storage.url.replace(':test@', ':wrong@')
    const error: unknown = await storage.open({ url }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'RETRYABLE', details: { reason: 'unavailable' } })
    expect(String(error)).toContain('password authentication failed')
    expect(String(error)).not.toContain('wrong')
  })
})
