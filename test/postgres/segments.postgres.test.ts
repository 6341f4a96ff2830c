import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { chunksOf, bytesOf } from '../../conformance/build/chunks.js'
import { bareImport, importedRecord, importedRollout } from '../../conformance/build/imports.js'
import { agentMessage } from '../../conformance/build/items.js'
import { creating } from '../../conformance/build/params.js'
import { ThreadStoreError, type ThreadStore } from '../../src/index.js'
import type { PostgresDriver, PostgresSession } from '../../src/host/postgres.js'
import { changeSessions } from '../../src/stores/postgres/driver/change-sessions.js'
import { census, noiseLines, nothing } from './large-imports.js'
import { freshStorage, messagesOf, newThreadId, type Storage } from './storage.js'

const MIB = 1024 * 1024

/** The segments of the only log of a namespace. */
async function segmentsOf({ sql, namespace }: Storage): Promise<readonly unknown[]> {
  return sql(
    `SELECT first_byte, byte_count, item_count, first_ordinal FROM threadstore.segments
      WHERE namespace = $1 ORDER BY log_id, first_byte`,
    [namespace],
  )
}

async function exported(store: ThreadStore, threadId: string): Promise<Buffer> {
  const { rollouts } = await store.exportThread({ threadId })
  return Buffer.concat(await Promise.all(rollouts.map((rollout) => bytesOf(rollout.read()))))
}

/** A driver whose transactions let `spy` see, and replace, the params of each statement. */
function tampering(
  driver: PostgresDriver,
  spy: (sql: string, session: PostgresSession) => Promise<void>,
): PostgresDriver {
  return changeSessions(driver, (session) => ({
    async query(sql, params) {
      await spy(sql, session)
      return session.query(sql, params)
    },
  }))
}

describe('the segments of a live thread', () => {
  test('are merged when it is shut down, and its bytes stay what they were', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    for (const text of ['one', 'two', 'three']) {
      await store.appendItems({ threadId, items: [agentMessage(text)] })
    }
    expect(await segmentsOf(storage)).toHaveLength(4)
    const before = await exported(store, threadId)
    await store.shutdownThread({ threadId })
    expect(await segmentsOf(storage)).toEqual([
      { first_byte: 0, byte_count: before.length, item_count: 4, first_ordinal: 0 },
    ])
    expect(await exported(store, threadId)).toEqual(before)
  })

  test('are merged by session, and large ones left alone', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: [agentMessage('x'.repeat(0.75 * MIB))] })
    await store.shutdownThread({ threadId })
    expect(await segmentsOf(storage)).toHaveLength(2)
    for (const text of ['a', 'b']) {
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: [agentMessage(text)] })
      await store.appendItems({ threadId, items: [agentMessage(text)] })
      await store.shutdownThread({ threadId })
      expect(await segmentsOf(storage)).toHaveLength(3)
    }
    expect((await messagesOf(store, threadId)).slice(1)).toEqual(['a', 'a', 'b', 'b'])
  })

  test('are merged now and then while it is live, so that they do not become many', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    const told = Array.from({ length: 300 }, (_, n) => `message ${n}`)
    for (const text of told) await store.appendItems({ threadId, items: [agentMessage(text)] })
    expect((await segmentsOf(storage)).length).toBeLessThan(60)
    expect(await messagesOf(store, threadId)).toEqual(told)
    await store.appendItems({ threadId, items: [agentMessage('after')] })
    expect(await messagesOf(store, threadId)).toEqual([...told, 'after'])
  })

  test('are merged 8 MiB at a time at most, from the end', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    for (let n = 0; n < 24; n += 1) {
      await store.appendItems({ threadId, items: [agentMessage('y'.repeat(0.4 * MIB))] })
    }
    const before = await segmentsOf(storage)
    await store.shutdownThread({ threadId })
    const after = await segmentsOf(storage)
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4))
    expect(after.length).toBeLessThan(before.length / 1.5)
  })

  test('stay as they are when it is discarded', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.createThread(creating(threadId))
    await store.appendItems({ threadId, items: [agentMessage('one')] })
    await store.discardThread({ threadId })
    expect(await segmentsOf(storage)).toHaveLength(2)
  })
})

describe('a base', () => {
  test('is found by its ordinal in any segment, before and after they are merged', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    const sizes = [10, 0.6 * MIB, 2.5 * MIB, 10, 0.9 * MIB, 10]
    await store.createThread(creating(threadId, { historyMode: 'paginated' }))
    for (const size of sizes) {
      await store.appendItems({ threadId, items: [agentMessage('y'.repeat(size))] })
    }
    const expectEveryBase = async (): Promise<void> => {
      const { items } = await store.loadHistory({ threadId })
      for (let ordinal = 1; ordinal <= items.length; ordinal += 1) {
        const fork = newThreadId()
        const base = { rolloutId: threadId, endOrdinalExclusive: ordinal }
        await store.createThread(creating(fork, { base }))
        const forked = await store.loadHistory({ threadId: fork })
        expect(forked.items.slice(0, -1)).toEqual(items.slice(0, ordinal))
      }
    }
    await expectEveryBase()
    await store.shutdownThread({ threadId })
    await expectEveryBase()
  })
})

describe('an import', () => {
  test('too large for memory is invisible until it is complete', async () => {
    const storage = await freshStorage()
    const [store, other] = [await storage.open(), await storage.open()]
    const threadId = newThreadId()
    const seen: unknown[] = []
    const hash = createHash('sha256')
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (const line of noiseLines(12 * MIB)) {
        hash.update(line)
        yield line
      }
      const page = await other.listThreads({ pageSize: 10 })
      seen.push(page.items.length, await other.readThread({ threadId }).catch(codeOf))
      seen.push(await census(storage))
    }
    const { rollouts } = await store.importThread(bareImport(threadId, chunks()))
    expect(seen.slice(0, 2)).toEqual([0, 'THREAD_NOT_FOUND'])
    // Much of it was sent ahead by then; nothing else was there.
    expect(seen[2]).toMatchObject({ threads: 0, rollouts: 0, arriving: 1 })
    expect(rollouts[0]?.sha256).toBe(hash.digest('hex'))
    expect(await census(storage)).toMatchObject({ threads: 1, rollouts: 1, arriving: 0 })
    expect(await other.historyDigest({ threadId })).toEqual({ threadId, rollouts })
  })

  test('clears away what importers that are gone have left', async () => {
    const storage = await freshStorage()
    const { sql, namespace } = storage
    const store = await storage.open()
    const [left, recent] = [newThreadId(), newThreadId()]
    for (const [logId, age] of [
      [left, '25 hours'],
      [recent, '1 hour'],
    ] as const) {
      await sql(
        `INSERT INTO threadstore.arriving_logs (namespace, log_id, seen_at)
          VALUES ($1, $2::uuid, clock_timestamp() - $3::interval)`,
        [namespace, logId, age],
      )
      await sql(
        `INSERT INTO threadstore.segments (namespace, log_id, first_byte, byte_count, first_ordinal,
            item_count, starts_line, codec, bytes)
          VALUES ($1, $2::uuid, 0, 1, 0, 0, true, 0, '\\x0a')`,
        [namespace, logId],
      )
    }
    await store.importThread(bareImport(newThreadId(), chunksOf(...noiseLines(6 * MIB))))
    expect(
      await sql(`SELECT log_id::text FROM threadstore.arriving_logs WHERE namespace = $1`, [
        namespace,
      ]),
    ).toEqual([{ log_id: recent }])
    expect(
      await sql(
        `SELECT count(*) AS left FROM threadstore.segments WHERE namespace = $1 AND log_id = $2::uuid`,
        [namespace, left],
      ),
    ).toEqual([{ left: 0 }])
  })

  test('of more bytes than fit memory continues a rollout that is stored', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    const [head, tail] = [Buffer.from('{"type":"a"}\n{"type"'), [...noiseLines(12 * MIB)]]
    await store.importThread(bareImport(threadId, chunksOf(head)))
    const { rollouts } = await store.importThread({
      thread: importedRecord(threadId),
      rollouts: [
        importedRollout(threadId, chunksOf(':"b"}\n', ...tail), { fromByte: head.length }),
      ],
    })
    const whole = Buffer.concat([head, Buffer.from(':"b"}\n'), ...tail])
    expect(rollouts[0]).toMatchObject({
      byteCount: whole.length,
      itemCount: 2 + tail.length,
      sha256: createHash('sha256').update(whole).digest('hex'),
    })
    expect((await exported(store, threadId)).equals(whole)).toBe(true)
    expect(await census(storage)).toMatchObject({ threads: 1, rollouts: 1, arriving: 0 })
  })

  test.each([
    ['one byte of a small rollout is stored differently', 10],
    ['one byte of a large rollout is stored differently', 12 * MIB],
  ])('is refused when %s', async (_what, size) => {
    const storage = await freshStorage()
    const driver = await storage.driver()
    let tampered = 0
    const store = await storage.open({
      driver: tampering(driver, async (sql, session) => {
        // Between storing and asking what was stored, as a faulty disk would.
        if (!sql.includes('string_agg')) return
        tampered += 1
        await session.query(
          `UPDATE threadstore.segments SET bytes = set_byte(bytes, 4, get_byte(bytes, 4) # 1)
            WHERE namespace = $1 AND first_byte = 0`,
          [storage.namespace],
        )
      }),
    })
    await expect(
      store.importThread(bareImport(newThreadId(), chunksOf(...noiseLines(size)))),
    ).rejects.toMatchObject({ code: 'INTERNAL', details: { reason: 'damaged' } })
    expect(tampered).toBeGreaterThan(0)
    expect(await census(storage)).toEqual(nothing)
  })

  test('of many threads at once stores those that can be, and refuses only the others', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const ids = Array.from({ length: 40 }, newThreadId)
    const taken = ids[7] ?? ''
    await store.importThread(bareImport(taken, chunksOf('{"type":"first"}\n')))
    const foreign = {
      thread: importedRecord(ids[20] ?? ''),
      rollouts: [importedRollout(taken, chunksOf('{"type":"foreign"}\n'))],
    }
    const outcomes = await Promise.all(
      ids.map((id, index) =>
        store
          .importThread(
            index === 20 ? foreign : bareImport(id, chunksOf(`{"type":"number ${index}"}\n`)),
          )
          .then(() => 'stored', codeOf),
      ),
    )
    expect(outcomes.filter((outcome) => outcome !== 'stored')).toEqual(['CONFLICT', 'CONFLICT'])
    expect([outcomes[7], outcomes[20]]).toEqual(['CONFLICT', 'CONFLICT'])
    expect(String(await exported(store, taken))).toBe('{"type":"first"}\n')
    expect(await census(storage)).toEqual({ threads: 39, rollouts: 39, segments: 39, arriving: 0 })
  })
})

describe('stored bytes that were changed', () => {
  test('are damage, never another history', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.importThread(
      bareImport(threadId, chunksOf('{"type":"a","payload":1}\n'.repeat(99))),
    )
    await storage.sql(
      `UPDATE threadstore.segments SET bytes = set_byte(bytes, 20, get_byte(bytes, 20) # 1)
        WHERE namespace = $1`,
      [storage.namespace],
    )
    for (const read of [store.loadHistory({ threadId }), store.historyDigest({ threadId })]) {
      await expect(read).rejects.toMatchObject({ code: 'INTERNAL', details: { reason: 'damaged' } })
    }
  })

  test('or are gone are damage too', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.importThread(bareImport(threadId, chunksOf('{"type":"a"}\n')))
    await storage.sql('DELETE FROM threadstore.segments WHERE namespace = $1', [storage.namespace])
    await expect(store.loadHistory({ threadId })).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { reason: 'damaged' },
    })
  })

  test('do not reach an export that began before they were replaced', async () => {
    const storage = await freshStorage()
    const store = await storage.open()
    const threadId = newThreadId()
    await store.importThread(bareImport(threadId, chunksOf('{"type":"old"}\n')))
    const { rollouts } = await store.exportThread({ threadId })
    await store.importThread({
      ...bareImport(threadId, chunksOf('{"type":"new"}\n')),
      replace: true,
    })
    const read = rollouts[0]?.read() ?? chunksOf()
    await expect(bytesOf(read)).rejects.toMatchObject({ details: { reason: 'damaged' } })
    expect(String(await exported(store, threadId))).toBe('{"type":"new"}\n')
  })
})

function codeOf(reason: unknown): string {
  return ThreadStoreError.is(reason) ? reason.code : String(reason)
}
