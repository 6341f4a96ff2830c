import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/host/clock.js'
import { type WireSchemaName, wireProblem } from '../src/protocol/validate.js'
import { conflict } from '../src/store/errors.js'
import type { ImportedRollout } from '../src/store/raw-history.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { MemoryStorage, openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import { openHandle } from '../src/stores/stdio/adapter.js'
import { Connection } from '../src/stores/stdio/connection.js'
import { type ServedStore, serveStdio } from '../src/stores/stdio/serve-stdio.js'

const threadId = '0190a0a0-0000-7000-8000-00000000000a'
const create = {
  threadId,
  source: 'cli',
  metadata: { cwd: '/home/dev', modelProvider: 'openai' },
} as const

/** A pipe that holds every line against the schema of what may be written into it. */
function checkedPipe(schema: WireSchemaName, lines: string[]): PassThrough {
  let rest = ''
  return new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      rest += chunk.toString('utf8')
      const whole = rest.split('\n')
      rest = whole.pop() ?? ''
      for (const line of whole) {
        lines.push(line)
        const problem = wireProblem(schema, JSON.parse(line))
        if (problem !== null) {
          done(new TypeError(`${schema} ${problem.path} ${problem.message}: ${line}`))
          return
        }
      }
      done(null, chunk)
    },
  })
}

/** A store and its client in one process, talking over two pipes. */
function wired(served: ServedStore) {
  const requests: string[] = []
  const responses: string[] = []
  const toAdapter = checkedPipe('request', requests)
  const fromAdapter = checkedPipe('response', responses)
  const serving = serveStdio(served, toAdapter, fromAdapter)
  const connection = new Connection({
    who: 'adapter "test"',
    input: fromAdapter,
    output: toAdapter,
    clock: systemClock,
    timeoutMs: null,
    lineBytesMax: 1024 * 1024,
  })
  const hangUp = async (): Promise<void> => {
    toAdapter.end()
    await serving
  }
  return {
    connection,
    requests,
    responses,
    hangUp,
    open: () => openHandle(connection, '$open', null),
  }
}

function servedMemory(): ServedStore {
  const storage = new MemoryStorage()
  const open = (): ThreadStore => openMemoryStore({ storage })
  return { name: 'memory', open, openSecond: open }
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

/** A store with one thread, and that thread as an import of a larger one. */
async function importing(store: ThreadStore, source: AsyncIterable<Uint8Array>) {
  await store.createThread(create)
  await store.shutdownThread({ threadId })
  const thread = await store.readThread({ threadId })
  await store.deleteThread({ threadId })
  const rollout: ImportedRollout = {
    rolloutId: threadId,
    base: null,
    file: null,
    fingerprint: null,
    fromByte: 0,
    chunks: source,
  }
  return { thread, rollouts: [rollout] }
}

/** The bytes of an import of one rollout. */
function chunksOf([rollout]: readonly ImportedRollout[]): AsyncIterable<Uint8Array> {
  return rollout?.chunks ?? chunks()
}

const line = '{"timestamp":"2026-01-01T00:00:00.000Z","type":"x"}\n'

describe('the wire', () => {
  test('carries every verb in lines that keep the schemas', async () => {
    const { open, requests, responses, hangUp } = wired(servedMemory())
    const store = await open()
    await store.importThread(await importing(store, chunks(line, line)))
    await store.resumeThread({ threadId })
    await store.appendItems({ threadId, items: [{ type: 'event_msg', payload: { type: 'x' } }] })
    await store.persistThread({ threadId })
    await store.flushThread({ threadId })
    await store.updateThreadMetadata({ threadId, patch: { name: 'a', gitInfo: { sha: null } } })
    await store.readThread({ threadId, includeHistory: true, includeRollouts: true })
    await store.listThreads({ pageSize: 10 })
    await store.searchThreads({ pageSize: 10, searchTerm: 'a' })
    await store.listTurns({ threadId, pageSize: 10 })
    await store.listItems({ threadId, pageSize: 10 })
    await store.loadHistory({ threadId })
    await store.discardThread({ threadId })
    await store.archiveThread({ threadId })
    await store.unarchiveThread({ threadId })
    const exported = await store.exportThread({ threadId })
    for (const rollout of exported.rollouts) await textOf(rollout.read())
    await store.historyDigest({ threadId })
    const unknown = '0190a0a0-0000-7000-8000-00000000000b'
    await expect(store.readThread({ threadId: unknown })).rejects.toMatchObject({
      code: 'THREAD_NOT_FOUND',
      details: { reason: 'unknown-thread', threadId: unknown },
    })
    const base = { rolloutId: threadId, endOrdinalExclusive: 1 }
    await expect(store.revertThread({ threadId, base })).rejects.toMatchObject({
      details: { reason: 'invalid-base' },
    })
    await store.deleteThread({ threadId })
    await store.close()
    await hangUp()
    expect(responses).toHaveLength(requests.length)
  })

  test('begins calls in the order in which they were made', async () => {
    const { open } = wired(servedMemory())
    const store = await open()
    await store.createThread(create)
    const numbers = Array.from({ length: 50 }, (_, payload) => payload)
    await Promise.all(
      numbers.map((payload) => store.appendItems({ threadId, items: [{ type: 'x', payload }] })),
    )
    const { items } = await store.loadHistory({ threadId })
    expect(items.slice(1).map(({ payload }) => payload)).toEqual(numbers)
  })

  test('hands an abort to the store that runs the call', async () => {
    const store = openMemoryStore()
    const listThreads: ThreadStore['listThreads'] = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new TypeError('stopped')))
      })
    const { open } = wired({ name: 'waits', open: () => ({ ...store, listThreads }) })
    const remote = await open()
    const controller = new AbortController()
    const listing = remote.listThreads({ pageSize: 1, signal: controller.signal })
    controller.abort()
    await expect(listing).rejects.toThrow('listThreads failed: stopped')
  })

  test('refuses handles it does not know, and ops it does not have', async () => {
    const { connection } = wired(servedMemory())
    const call = (op: string, p: object = {}) =>
      connection.call({ op, h: 'nobody', p, effect: 'none' })
    await expect(call('readThread', { threadId })).rejects.toMatchObject({
      details: { reason: 'store-closed' },
    })
    await expect(call('$reopen', { scope: 'a' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      details: { operation: '$reopen' },
    })
  })

  test('closes the handles of a client that hangs up', async () => {
    const served = servedMemory()
    const { open, hangUp } = wired(served)
    const store = await open()
    await store.createThread(create)
    await hangUp()
    const next = await wired(served).open()
    await next.resumeThread({ threadId })
    expect((await next.loadHistory({ threadId })).items).toHaveLength(1)
  })

  test('closes a store whose opening outlasts its client', async () => {
    let finish = (): void => {}
    const opening = new Promise<void>((resolve) => {
      finish = resolve
    })
    let closed = false
    const store: ThreadStore = {
      ...openMemoryStore(),
      close: () => {
        closed = true
        return Promise.resolve()
      },
    }
    const { connection, hangUp } = wired({ name: 'slow', open: () => opening.then(() => store) })
    const answer = openHandle(connection, '$open', null)
    await hangUp()
    finish()
    await expect(answer).rejects.toMatchObject({ details: { reason: 'store-closed' } })
    expect(closed).toBe(true)
  })

  test('ends with bytes that are no text, which could only be misread', async () => {
    const input = new PassThrough()
    input.end(Buffer.from([...Buffer.from('{"id":1,"op":"$hello","p":{"x":"'), 0xff, 0x22, 0x7d]))
    const serving = serveStdio(servedMemory(), input, new PassThrough())
    await expect(serving).rejects.toThrow('a line that is not UTF-8')
  })
})

describe('raw history over the wire', () => {
  test('is read from any byte on, by several readers at once', async () => {
    const { open } = wired(servedMemory())
    const store = await open()
    const text = Array.from({ length: 9_000 }, () => line).join('')
    await store.importThread(await importing(store, chunks(text)))
    const { rollouts } = await store.exportThread({ threadId })
    const starts = [0, text.length / 2, text.length - 5]
    const parts = await Promise.all(
      rollouts.flatMap((rollout) => starts.map((from) => textOf(rollout.read(from)))),
    )
    expect(parts.map((part, index) => part === text.slice(starts[index]))).toEqual([
      true,
      true,
      true,
    ])
  })

  test('is taken from its source no faster than the store takes it', async () => {
    const chunkBytes = 100_000
    let taken = 0
    let ahead = 0
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let given = 0; given < 200 * chunkBytes; given += chunkBytes) {
        ahead = Math.max(ahead, given - taken)
        yield await Promise.resolve(Buffer.alloc(chunkBytes, 'x'))
      }
    }
    const store = openMemoryStore()
    const importThread: ThreadStore['importThread'] = async ({ rollouts }) => {
      for await (const bytes of chunksOf(rollouts)) {
        taken += bytes.length
        await new Promise(setImmediate)
      }
      return { threadId, rollouts: [] }
    }
    const { open } = wired({ name: 'slow', open: () => ({ ...store, importThread }) })
    const remote = await open()
    const what = await importing(openMemoryStore(), source())
    await remote.importThread(what)
    expect(taken).toBe(200 * chunkBytes)
    expect(ahead).toBeLessThan(10 * chunkBytes)
  })

  test('that breaks off at its source rejects with what the source said, and stores nothing', async () => {
    const { open } = wired(servedMemory())
    const store = await open()
    const broken = new RangeError('the disk is gone')
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* chunks(line)
      throw broken
    }
    const what = await importing(store, source())
    await expect(store.importThread(what)).rejects.toMatchObject({ cause: broken })
    await expect(store.readThread({ threadId })).rejects.toMatchObject({ code: 'THREAD_NOT_FOUND' })
  })

  test('that the store refuses is not read to its end', async () => {
    const store = openMemoryStore()
    const importThread: ThreadStore['importThread'] = async ({ rollouts }) => {
      for await (const _chunk of chunksOf(rollouts)) break
      throw conflict('position', 'not here')
    }
    const { open } = wired({ name: 'refuses', open: () => ({ ...store, importThread }) })
    const remote = await open()
    let ended = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* chunks(line)
      } finally {
        ended = true
      }
    }
    const what = await importing(openMemoryStore(), endless())
    await expect(remote.importThread(what)).rejects.toMatchObject({ message: 'not here' })
    await expect.poll(() => ended).toBe(true)
  })
})
