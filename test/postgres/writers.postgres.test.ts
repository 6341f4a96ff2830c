import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { agentMessage } from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import { freshStorage, messagesOf, newThreadId, type Storage } from './storage.js'

/** Lets the lease on a thread run out, as if nobody had renewed it for long enough. */
async function expire({ sql, namespace }: Storage, threadId: string): Promise<void> {
  await sql(
    `UPDATE threadstore.rollouts SET writer_expires_at = clock_timestamp() - interval '1 second'
      WHERE namespace = $1 AND thread_id = $2::uuid`,
    [namespace, threadId],
  )
}

const presence = `FROM threadstore.rollouts r JOIN pg_locks l
  ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.classid::bigint = (r.writer_handle >> 32) & 4294967295
  AND l.objid::bigint = r.writer_handle & 4294967295
  WHERE r.namespace = $1 AND r.thread_id = $2::uuid`

/** Ends the connection by which a handle shows that it lives. */
async function endPresence({ sql, namespace }: Storage, threadId: string): Promise<void> {
  const ended = await sql(`SELECT pg_terminate_backend(l.pid, 5000) AS ended ${presence}`, [
    namespace,
    threadId,
  ])
  expect(ended).toEqual([{ ended: true }])
}

async function countPresence({ sql, namespace }: Storage, threadId: string): Promise<unknown> {
  const [row] = await sql(`SELECT count(*) AS held ${presence}`, [namespace, threadId])
  return row?.['held']
}

/** Another process that has created a thread and is writing it. */
async function startWriter({ url, namespace }: Storage, threadId: string): Promise<ChildProcess> {
  const opener = new URL('../../dist/src/stores/postgres/open-postgres-store.js', import.meta.url)
  const script = `
    const { openPostgresStore } = await import(${JSON.stringify(opener.href)})
    const store = await openPostgresStore(${JSON.stringify({ url, namespace })})
    await store.createThread(${JSON.stringify(creating(threadId))})
    process.stdout.write('live')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

describe('the writer of a thread', () => {
  test('is named to whoever is refused', async () => {
    const storage = await freshStorage()
    const [first, second] = [await storage.open(), await storage.open()]
    const threadId = newThreadId()
    await first.createThread(creating(threadId))
    await expect(second.resumeThread({ threadId })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'already-live', owner: expect.stringContaining(String(process.pid)) },
    })
  })

  test('is replaced once its lease has run out, and cannot append any more', async () => {
    const storage = await freshStorage()
    const [first, second] = [await storage.open(), await storage.open()]
    const threadId = newThreadId()
    await first.createThread(creating(threadId))
    await first.appendItems({ threadId, items: [agentMessage('first')] })
    await expire(storage, threadId)
    await second.resumeThread({ threadId })
    await second.appendItems({ threadId, items: [agentMessage('second')] })
    await expect(
      first.appendItems({ threadId, items: [agentMessage('lost')] }),
    ).rejects.toMatchObject({ code: 'CONFLICT', details: { reason: 'writer-lost' } })
    await expect(first.shutdownThread({ threadId })).rejects.toMatchObject({
      details: { reason: 'writer-lost' },
    })
    await second.appendItems({ threadId, items: [agentMessage('third')] })
    expect(await messagesOf(second, threadId)).toEqual(['first', 'second', 'third'])
  })

  test('stays fenced out after its successor has gone, too', async () => {
    const storage = await freshStorage()
    const [first, second] = [await storage.open(), await storage.open()]
    const threadId = newThreadId()
    await first.createThread(creating(threadId))
    await expire(storage, threadId)
    await second.resumeThread({ threadId })
    await second.shutdownThread({ threadId })
    await expect(
      first.appendItems({ threadId, items: [agentMessage('lost')] }),
    ).rejects.toMatchObject({ details: { reason: 'writer-lost' } })
    await first.discardThread({ threadId })
    await first.resumeThread({ threadId })
    await first.appendItems({ threadId, items: [agentMessage('again')] })
    expect(await messagesOf(first, threadId)).toEqual(['again'])
  })

  test('is replaced at once when its process was killed, however fresh its lease', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    const child = await startWriter(storage, threadId)
    await expect(store.resumeThread({ threadId })).rejects.toMatchObject({
      details: { reason: 'already-live' },
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The server may take a moment to notice.
    await expect
      .poll(() => store.resumeThread({ threadId }).then(() => 'resumed', String))
      .toBe('resumed')
  })

  test('keeps its thread when only the connection broke that shows that it lives', async () => {
    const storage = await freshStorage()
    const [first, second] = [await storage.open(), await storage.open()]
    const threadId = newThreadId()
    await first.createThread(creating(threadId))
    await endPresence(storage, threadId)
    await expect.poll(() => countPresence(storage, threadId)).toBe(1)
    await expect(second.resumeThread({ threadId })).rejects.toMatchObject({
      details: { reason: 'already-live' },
    })
    await first.appendItems({ threadId, items: [agentMessage('still mine')] })
  })

  test('renews its lease with every append', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await expire(storage, threadId)
    await store.appendItems({ threadId, items: [agentMessage('still here')] })
    const [row] = await storage.sql(
      `SELECT writer_expires_at > clock_timestamp() + interval '50 seconds' AS renewed
        FROM threadstore.rollouts WHERE namespace = $1`,
      [storage.namespace],
    )
    expect(row).toEqual({ renewed: true })
  })

  test('renews its lease while nothing is appended', async () => {
    const storage = await freshStorage()
    const ticks: (() => void)[] = []
    const store = await storage.open({
      clock: {
        now: () => 0,
        sleep: (_ms, signal) =>
          new Promise((resolve, reject) => {
            ticks.push(resolve)
            signal?.addEventListener('abort', () => {
              reject(new RangeError('aborted'))
            })
          }),
      },
    })
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await expire(storage, threadId)
    ticks.shift()?.()
    await expect
      .poll(async () => {
        const [row] = await storage.sql(
          `SELECT writer_expires_at > clock_timestamp() AS renewed
            FROM threadstore.rollouts WHERE namespace = $1`,
          [storage.namespace],
        )
        return row
      })
      .toEqual({ renewed: true })
  })

  test('leaves no trace once it is shut down', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.shutdownThread({ threadId })
    expect(
      await storage.sql(
        `SELECT writer_handle, writer_name FROM threadstore.rollouts WHERE namespace = $1`,
        [storage.namespace],
      ),
    ).toEqual([{ writer_handle: null, writer_name: null }])
  })
})
