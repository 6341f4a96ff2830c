import { afterEach, expect, test } from 'vitest'
import { importedRecord } from '../../conformance/build/imports.js'
import { type ExportedRollout, type ThreadStore, ThreadStoreError } from '../../src/index.js'
import { HttpConnection } from '../../src/stores/http/client/http-connection.js'
import { receivedExport } from '../../src/stores/http/client/receive-export.js'
import { createHttpThreadServer } from '../../src/stores/http/http-thread-server.js'
import { openHttpStore, TransportError } from '../../src/stores/http/open-http-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const facts = { rolloutId: threadId, base: null, file: null, fingerprint: null }
/** More than a server sends in one go. */
const byteCount = 3 * 1024 * 1024
const CHUNK = 64 * 1024

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

/** The rollout of a thread, over HTTP, from a store that reads it so. */
async function served(read: ExportedRollout['read'], bytes = byteCount): Promise<ExportedRollout> {
  const behind: ThreadStore = {
    ...openMemoryStore(),
    exportThread: () =>
      Promise.resolve({
        thread: importedRecord(threadId),
        rollouts: [{ ...facts, byteCount: bytes, read }],
        live: false,
      }),
  }
  const server = await createHttpThreadServer({ open: () => Promise.resolve(behind) })
  opened.push(server)
  const store = await openHttpStore({ url: await server.listen({ port: 0 }), connectionsMax: 1 })
  opened.push(store)
  const { rollouts } = await store.exportThread({ threadId })
  const [rollout] = rollouts
  if (rollout === undefined) throw new RangeError('nothing was exported')
  return rollout
}

/** A store that can read so many bytes of a rollout, and then says what it says. */
function readingUpTo(end: number, failure: Error | null): ExportedRollout['read'] {
  return async function* read(fromByte = 0) {
    for (let at = fromByte; at < end; at += CHUNK)
      yield Buffer.alloc(Math.min(CHUNK, end - at), 'x')
    if (failure !== null) throw failure
  }
}

async function lengthOf(rollout: ExportedRollout): Promise<number> {
  let length = 0
  for await (const chunk of rollout.read()) length += chunk.length
  return length
}

const damaged = new ThreadStoreError('INTERNAL', 'bad sector', { reason: 'damaged' })

test.each([
  ['from its first byte on', 0],
  ['from a byte in its middle on', 10 * CHUNK],
  ['shortly before its end', byteCount - CHUNK],
])('a rollout that cannot be read %s fails as in the store behind', async (_where, end) => {
  const rollout = await served(readingUpTo(end, damaged))
  await expect(lengthOf(rollout)).rejects.toMatchObject({ details: { reason: 'damaged' } })
})

test.each([
  ['fewer', byteCount, byteCount - 1],
  ['a little fewer', 100, 99],
  ['a little more', 100, 101],
])('a rollout that has %s bytes than were announced is an error', async (_how, announced, end) => {
  const rollout = await served(readingUpTo(end, null), announced)
  await expect(lengthOf(rollout)).rejects.toMatchObject({ details: { reason: 'storage' } })
})

test('bytes beyond those that were announced are not taken for the next answer', async () => {
  const rollout = await served(readingUpTo(byteCount + CHUNK, null))
  expect(await lengthOf(rollout)).toBe(byteCount)
  expect(await lengthOf(rollout)).toBe(byteCount)
})

/** The bytes of a rollout whose answers bring so many bytes each and then break off, and how many there were. */
async function readOver(
  lengths: readonly number[],
  announced: number,
): Promise<{ readonly length: number; readonly answers: number; readonly failure: unknown }> {
  let answers = 0
  async function* body(): AsyncGenerator<Uint8Array> {
    const length = lengths[answers] ?? 0
    answers += 1
    if (length > 0) yield Buffer.alloc(length)
    throw new TransportError('cut', { sent: true, timedOut: false })
  }
  const connection = new HttpConnection({
    transport: {
      send: () => Promise.resolve({ status: 200, header: () => undefined, body: body() }),
      close: () => Promise.resolve(),
    },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    server: 'http://h',
    prefix: '',
    token: null,
    namespace: null,
    timeoutMs: 1_000,
    retryForMs: 1_000,
    retryDelayMs: 100,
  })
  const rollout = { ...facts, byteCount: announced }
  const thread = importedRecord(threadId)
  const exported = { export: 'e', thread, rollouts: [rollout], live: false }
  const again = (): Promise<never> => Promise.reject(new RangeError('not asked again'))
  const { rollouts } = receivedExport({ connection, threadId, again }, exported)
  let length = 0
  try {
    for await (const chunk of rollouts[0]?.read() ?? []) length += chunk.length
    return { length, answers, failure: null }
  } catch (failure) {
    return { length, answers, failure }
  }
}

test('a rollout is read on where an answer broke off', async () => {
  expect(await readOver([3, 0, 0, 4, 0, 3], 10)).toEqual({ length: 10, answers: 6, failure: null })
})

test('a rollout whose answers bring nothing any more is given up', async () => {
  expect(await readOver([3], 10)).toMatchObject({
    length: 3,
    answers: 5,
    failure: { code: 'RETRYABLE', message: expect.stringContaining('breaks off at byte 3') },
  })
})
