import { EventEmitter, once } from 'node:events'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { agentMessage } from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import type { ThreadStore } from '../../src/index.js'
import type { LoadThreadHistoryParams } from '../../src/store/params.js'
import { changeSessions } from '../../src/stores/postgres/driver/change-sessions.js'
import { freshStorage, newThreadId, type Storage } from './storage.js'

/** Holds a lock on everything a namespace has in a table. */
async function lock({ url, namespace }: Storage, table: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('BEGIN')
  const rows = `SELECT 1 FROM threadstore.${table} WHERE namespace = $1 FOR UPDATE`
  await client.query(rows, [namespace])
  return client
}

test('a call that runs into the time limit of the server has changed nothing', async () => {
  const storage = await freshStorage()
  const url = `${storage.url}?options=${encodeURIComponent('-c statement_timeout=200')}`
  const store = await storage.open({ url })
  const threadId = newThreadId()
  await store.createThread(creating(threadId))
  const holder = await lock(storage, 'threads')
  const patch = { name: 'too late' }
  await expect(store.updateThreadMetadata({ threadId, patch })).rejects.toMatchObject({
    code: 'RETRYABLE',
    details: { reason: 'timeout' },
  })
  await holder.query('COMMIT')
  expect((await store.readThread({ threadId })).name).toBeNull()
  expect((await store.updateThreadMetadata({ threadId, patch })).name).toBe('too late')
})

test('an append that runs into the time limit is there once after it is repeated', async () => {
  const storage = await freshStorage()
  const url = `${storage.url}?options=${encodeURIComponent('-c statement_timeout=200')}`
  const store = await storage.open({ url })
  const threadId = newThreadId()
  await store.createThread(creating(threadId))
  const items = [agentMessage('once')]
  const holder = await lock(storage, 'rollouts')
  await expect(store.appendItems({ threadId, items })).rejects.toMatchObject({
    code: 'RETRYABLE',
    details: { reason: 'timeout' },
  })
  await holder.query('COMMIT')
  await store.appendItems({ threadId, items })
  const history = await store.loadHistory({ threadId })
  expect(history.items.slice(1)).toMatchObject(items)
})

test.each([
  ['history', (store, read) => store.loadHistory(read)],
  ['items', (store, read) => store.listItems({ ...read, pageSize: 5 })],
] satisfies [string, (store: ThreadStore, read: LoadThreadHistoryParams) => Promise<unknown>][])(
  'a read of %s is given up at once when its caller aborts it, and asks no more',
  async (_, read) => {
    const storage = await freshStorage()
    const behind = await storage.driver()
    const steps = new EventEmitter()
    let isReading = false
    let statements = 0
    const driver = changeSessions(behind, (session) => ({
      async query(sql, params) {
        statements += 1
        if (isReading && statements === 2) {
          steps.emit('asked')
          await once(steps, 'answered')
        }
        return session.query(sql, params)
      },
    }))
    const store = await storage.open({ driver })
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    isReading = true
    statements = 0
    const stop = new AbortController()
    const asked = once(steps, 'asked')
    const reading = read(store, { threadId, signal: stop.signal })
    await asked
    stop.abort()
    await expect(reading).rejects.toMatchObject({
      code: 'RETRYABLE',
      details: { reason: 'aborted' },
    })
    isReading = false
    steps.emit('answered')
    // Once the driver has its connection back, the read is over; bytes would have come next.
    await behind.transaction('read', async () => {})
    expect(statements).toBe(2)
  },
)
