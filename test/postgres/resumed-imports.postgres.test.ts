import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { bytesOf, chunksOf } from '../../conformance/build/chunks.js'
import { bareImport, importedRecord, importedRollout } from '../../conformance/build/imports.js'
import { type Clock, systemClock } from '../../src/host/clock.js'
import type { PostgresSession } from '../../src/host/postgres.js'
import type { ThreadStore } from '../../src/index.js'
import type { RolloutReceipt } from '../../src/store/raw-history.js'
import { changeSessions } from '../../src/stores/postgres/driver/change-sessions.js'
import { census, noiseLines, nothing } from './large-imports.js'
import { freshStorage, newThreadId, type Storage } from './storage.js'

const MIB = 1024 * 1024
const whole = [...noiseLines(18 * MIB)]
/** Packed bytes that are sent when two batches of it have arrived. */
const REST_MAX = 6 * MIB
const broken = new RangeError('the source is gone')
/** Nobody waits for anybody to stand still. */
const hurried: Clock = { now: () => systemClock.now(), sleep: async () => {} }

/** A store that counts the bytes of the segments it sends. */
async function counting(
  storage: Storage,
  clock: Clock = hurried,
): Promise<{ readonly store: ThreadStore; readonly sent: () => number }> {
  const behind = await storage.driver()
  let sent = 0
  const watched = (session: PostgresSession): PostgresSession => ({
    query(sql, params = []) {
      if (sql.includes('INSERT INTO threadstore.segments')) {
        const [bytes] = params.filter((param) => Array.isArray(param)).slice(-1)
        for (const packed of (bytes ?? []) as readonly Uint8Array[]) sent += packed.length
      }
      return session.query(sql, params)
    },
  })
  const driver = changeSessions(behind, watched)
  return { store: await storage.open({ driver, clock }), sent: () => sent }
}

/** Gives the bytes of some lines and then breaks off. */
async function* breakingAfter(lines: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* lines
  await Promise.reject(broken)
}

function sha256(lines: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const line of lines) hash.update(line)
  return hash.digest('hex')
}

/** What a receipt says of what is stored, and not of how it came there. */
function stored({ resumedBytes: _resumedBytes, ...receipt }: RolloutReceipt): RolloutReceipt {
  return receipt
}

/** The lines that make up the first bytes of what is sent. */
function firstMib(mib: number): readonly Buffer[] {
  return whole.slice(0, mib * 4)
}

test('an import that broke off is invisible, and the next one sends only the rest', async () => {
  const storage = await freshStorage()
  const threadId = newThreadId()
  const first = await counting(storage)
  const breaking = bareImport(threadId, breakingAfter(firstMib(16)))
  await expect(first.store.importThread(breaking)).rejects.toThrow('the source is gone')
  expect(await census(storage)).toMatchObject({ threads: 0, rollouts: 0, arriving: 1 })
  const second = await counting(storage)
  const { rollouts } = await second.store.importThread(bareImport(threadId, chunksOf(...whole)))
  expect(rollouts).toMatchObject([{ sha256: sha256(whole), itemCount: whole.length }])
  expect(second.sent()).toBeLessThan(REST_MAX)
  expect((await second.store.historyDigest({ threadId })).rollouts).toEqual(rollouts.map(stored))
  const { segments } = (await census(storage)) as { segments: number }
  await first.store.importThread(bareImport(newThreadId(), chunksOf(...whole)))
  expect(await census(storage)).toEqual({
    threads: 2,
    rollouts: 2,
    segments: 2 * segments,
    arriving: 0,
  })
})

test.each([
  ['differs from its middle on', [...firstMib(8), Buffer.from('{"type":"new"}\n'), ...whole]],
  ['is other bytes altogether', [Buffer.from('{"type":"new"}\n'), ...whole]],
  ['has become shorter', firstMib(8)],
  ['has become so short that it waits in memory', firstMib(1)],
])('what arrived is not used where the source %s', async (_what, lines) => {
  const storage = await freshStorage()
  const threadId = newThreadId()
  const { store } = await counting(storage)
  const breaking = bareImport(threadId, breakingAfter(firstMib(16)))
  await expect(store.importThread(breaking)).rejects.toThrow('the source is gone')
  const { rollouts } = await store.importThread(bareImport(threadId, chunksOf(...lines)))
  expect(rollouts).toMatchObject([{ sha256: sha256(lines), itemCount: lines.length }])
  expect((await store.historyDigest({ threadId })).rollouts).toEqual(rollouts.map(stored))
})

test('an import that is aborted leaves the bytes to the next one', async () => {
  const storage = await freshStorage()
  const { store, sent } = await counting(storage)
  const threadId = newThreadId()
  const controller = new AbortController()
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* firstMib(16)
    await Promise.resolve(controller.abort())
    yield* firstMib(4)
  }
  await expect(
    store.importThread({ ...bareImport(threadId, chunks()), signal: controller.signal }),
  ).rejects.toMatchObject({ code: 'RETRYABLE', details: { reason: 'aborted' } })
  const before = sent()
  await store.importThread(bareImport(threadId, chunksOf(...whole)))
  expect(sent() - before).toBeLessThan(REST_MAX)
})

test('an import that is refused leaves nothing', async () => {
  const storage = await freshStorage()
  const { store } = await counting(storage)
  const [threadId, other] = [newThreadId(), newThreadId()]
  await store.importThread(bareImport(threadId, chunksOf('{"type":"a"}\n')))
  await expect(
    store.importThread(bareImport(threadId, chunksOf(...firstMib(16)))),
  ).rejects.toMatchObject({ code: 'CONFLICT', details: { reason: 'different-content' } })
  const foreign = {
    thread: importedRecord(other),
    rollouts: [importedRollout(threadId, chunksOf(...firstMib(6)))],
  }
  await expect(store.importThread(foreign)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await census(storage)).toEqual({ ...nothing, threads: 1, rollouts: 1, segments: 1 })
})

test('the end of a rollout goes on where it broke off', async () => {
  const storage = await freshStorage()
  const { store, sent } = await counting(storage)
  const threadId = newThreadId()
  const head = Buffer.from('{"type":"a"}\n{"type"')
  await store.importThread(bareImport(threadId, chunksOf(head)))
  const tail = [Buffer.from(':"b"}\n'), ...whole]
  const appending = (chunks: AsyncIterable<Uint8Array>) => ({
    thread: importedRecord(threadId),
    rollouts: [importedRollout(threadId, chunks, { fromByte: head.length })],
  })
  const breaking = appending(breakingAfter(tail.slice(0, 64)))
  await expect(store.importThread(breaking)).rejects.toThrow('the source is gone')
  const before = sent()
  const { rollouts } = await store.importThread(appending(chunksOf(...tail)))
  expect(sent() - before).toBeLessThan(REST_MAX)
  expect(rollouts).toMatchObject([{ sha256: sha256([head, ...tail]) }])
  const [exported] = (await store.exportThread({ threadId })).rollouts
  expect(sha256([await bytesOf(exported?.read() ?? chunksOf())])).toBe(rollouts[0]?.sha256)
  expect(await census(storage)).toMatchObject({ threads: 1, rollouts: 1, arriving: 0 })
})

/** An import that stops in its middle, having sent some of it, until it is told to go on. */
function halting(
  storage: Storage,
  threadId: string,
): {
  readonly params: ReturnType<typeof bareImport>
  readonly halted: () => Promise<void>
  readonly goOn: () => void
} {
  let goOn = (): void => {}
  const going = new Promise<void>((resolve) => {
    goOn = resolve
  })
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* firstMib(12)
    await going
    yield* whole.slice(48)
  }
  return {
    params: bareImport(threadId, chunks()),
    async halted() {
      // Until the first batch is stored the log moves on, and nobody else takes it.
      const segments = async (): Promise<number> =>
        ((await census(storage)) as { segments: number }).segments
      await expect.poll(segments, { timeout: 10_000 }).toBeGreaterThan(0)
    },
    goOn: () => goOn(),
  }
}

test('an import that was overtaken changes nothing any more', async () => {
  const storage = await freshStorage()
  const [slow, quick] = [await counting(storage), await counting(storage)]
  const threadId = newThreadId()
  const { params, halted, goOn } = halting(storage, threadId)
  const overtaken = slow.store.importThread(params)
  await halted()
  const receipt = await quick.store.importThread(bareImport(threadId, chunksOf(...whole)))
  const after = await census(storage)
  goOn()
  await expect(overtaken).rejects.toMatchObject({
    code: 'RETRYABLE',
    details: { reason: 'contention' },
  })
  expect(await census(storage)).toEqual(after)
  const { rollouts } = await quick.store.historyDigest({ threadId })
  expect(rollouts).toEqual(receipt.rollouts.map(stored))
})

test('an import that goes on is left alone by another one of the same bytes', async () => {
  const storage = await freshStorage()
  const threadId = newThreadId()
  const { params, halted, goOn } = halting(storage, threadId)
  const first = await counting(storage)
  const importing = first.store.importThread(params)
  const waited: number[] = []
  const second = await counting(storage, {
    now: () => systemClock.now(),
    async sleep(ms) {
      waited.push(ms)
      goOn()
      await importing
    },
  })
  await halted()
  await expect(
    second.store.importThread(bareImport(threadId, chunksOf(...whole))),
  ).rejects.toMatchObject({ code: 'CONFLICT', details: { reason: 'different-content' } })
  expect(waited).toEqual([1000])
  const receipt = await importing
  expect(await first.store.historyDigest({ threadId })).toEqual(receipt)
  expect(await census(storage)).toMatchObject({ threads: 1, arriving: 0 })
})
