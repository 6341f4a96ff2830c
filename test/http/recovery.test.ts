import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type RolloutItem, type ThreadStore, ThreadStoreError } from '../../src/index.js'
import {
  createHttpThreadServer,
  type HttpThreadServer,
} from '../../src/stores/http/http-thread-server.js'
import { createUndiciTransport } from '../../src/stores/http/client/undici-transport.js'
import {
  type HttpRequest,
  type HttpTransport,
  openHttpStore,
  TransportError,
} from '../../src/stores/http/open-http-store.js'
import { MemoryStorage, openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const create = { threadId, source: 'cli', metadata: { cwd: '/p', modelProvider: 'openai' } }
const say = (text: string): RolloutItem => ({
  type: 'event_msg',
  payload: { type: 'user_message', message: text },
})

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

/** A server whose process can die, taking its writers with it but not what is stored. */
async function mortalServer(behind = (store: ThreadStore): ThreadStore => store): Promise<{
  readonly storage: MemoryStorage
  readonly url: string
  die(): Promise<void>
  revive(): Promise<void>
}> {
  const storage = new MemoryStorage()
  const open = (): Promise<ThreadStore> => Promise.resolve(behind(openMemoryStore({ storage })))
  let server: HttpThreadServer = await createHttpThreadServer({ open })
  const url = await server.listen({ port: 0 })
  opened.push({ [Symbol.asyncDispose]: () => server.close() })
  return {
    storage,
    url,
    die: async () => {
      await server.close()
      storage.forgetWriters()
    },
    revive: async () => {
      server = await createHttpThreadServer({ open })
      await server.listen({ port: Number(new URL(url).port) })
    },
  }
}

interface Meddler {
  /** What happens to the next append instead of an answer; once. */
  onAppend: ((send: () => Promise<unknown>) => Promise<void>) | null
  /** Paths that end so find nobody. */
  unreachable: string | null
}

/** A client whose next append does not get its answer. */
async function meddledClient(
  url: string,
): Promise<{ readonly store: ThreadStore; readonly meddler: Meddler }> {
  const meddler: Meddler = { onAppend: null, unreachable: null }
  const inner = createUndiciTransport({ origin: url })
  const transport: HttpTransport = {
    send: async (request: HttpRequest) => {
      const meddle = meddler.onAppend
      if (meddler.unreachable !== null && request.path.endsWith(meddler.unreachable)) {
        throw new TransportError('refused', { sent: false, timedOut: false })
      }
      if (meddle === null || !request.path.endsWith('/items')) return inner.send(request)
      meddler.onAppend = null
      await meddle(async () => {
        for await (const _ of (await inner.send(request)).body);
      })
      throw new TransportError('cut', { sent: true, timedOut: false })
    },
    close: () => inner.close(),
  }
  const store = await openHttpStore({ url, transport, retryDelayMs: 5, retryForMs: 500 })
  opened.push(store)
  return { store, meddler }
}

async function texts(store: ThreadStore): Promise<unknown[]> {
  const { items } = await store.loadHistory({ threadId })
  return items.slice(1).map(({ payload }) => (payload as { message: string }).message)
}

describe('an append whose answer is lost', () => {
  test('takes effect once when the same server is asked again', async () => {
    const server = await mortalServer()
    const { store, meddler } = await meddledClient(server.url)
    await store.createThread(create)
    meddler.onAppend = async (send) => void (await send())
    await store.appendItems({ threadId, items: [say('one'), say('two')] })
    await store.appendItems({ threadId, items: [say('three')] })
    expect(await texts(store)).toEqual(['one', 'two', 'three'])
  })

  test('takes effect once when not even the creation of its thread was heard of', async () => {
    const server = await mortalServer()
    const inner = createUndiciTransport({ origin: server.url })
    const controller = new AbortController()
    const lost = new Set(['/v1/threads', `/v1/threads/${threadId}/items`])
    const transport: HttpTransport = {
      send: async (request) => {
        if (!lost.delete(request.path)) return inner.send(request)
        for await (const _ of (await inner.send(request)).body);
        if (request.path === '/v1/threads') controller.abort()
        throw new TransportError('cut', { sent: true, timedOut: false })
      },
      close: () => inner.close(),
    }
    const store = await openHttpStore({ url: server.url, transport, retryDelayMs: 5 })
    opened.push(store)
    const creating = store.createThread({ ...create, signal: controller.signal })
    await expect(creating).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await store.appendItems({ threadId, items: [say('one')] })
    expect(await texts(store)).toEqual(['one'])
  })

  test.each([
    ['after it had stored the items', true],
    ['before it had stored the items', false],
  ])('takes effect once when the server died %s', async (_when, stored) => {
    const server = await mortalServer()
    const { store, meddler } = await meddledClient(server.url)
    await store.createThread(create)
    await store.appendItems({ threadId, items: [say('zero')] })
    meddler.onAppend = async (send) => {
      if (stored) await send()
      await server.die()
      await server.revive()
    }
    await store.appendItems({ threadId, items: [say('one'), say('two')] })
    await store.appendItems({ threadId, items: [say('three')] })
    expect(await texts(store)).toEqual(['zero', 'one', 'two', 'three'])
  })

  test.each(['/v1/handle/open', '/resume', '/history?includeArchived=true'])(
    'is not said to have failed when its fate cannot be found out for want of %s',
    async (path) => {
      const server = await mortalServer()
      const { store, meddler } = await meddledClient(server.url)
      await store.createThread(create)
      await store.appendItems({ threadId, items: [say('one')] })
      meddler.onAppend = async (send) => {
        await send()
        await server.die()
        await server.revive()
        meddler.unreachable = path
      }
      const append = store.appendItems({ threadId, items: [say('two')] })
      await expect(append).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      meddler.unreachable = null
      expect(await texts(store)).toEqual(['one', 'two'])
    },
  )

  test.each([
    ['as many', [say('theirs')], { code: 'CONFLICT', details: { reason: 'writer-lost' } }],
    ['more', [say('theirs'), say('theirs')], { code: 'OUTCOME_UNKNOWN' }],
  ])('is refused when somebody else wrote %s items meanwhile', async (_how, items, error) => {
    const server = await mortalServer()
    const { store, meddler } = await meddledClient(server.url)
    await store.createThread(create)
    meddler.onAppend = async () => {
      await server.die()
      await using other = openMemoryStore({ storage: server.storage })
      await other.resumeThread({ threadId })
      await other.appendItems({ threadId, items })
      await other.close()
      await server.revive()
    }
    const append = store.appendItems({ threadId, items: [say('ours')] })
    await expect(append).rejects.toMatchObject(error)
    expect(await texts(store)).toEqual(items.map(() => 'theirs'))
    await expect(store.flushThread({ threadId })).rejects.toMatchObject({
      details: { reason: 'not-live' },
    })
  })
})

describe('a live thread whose server is restarted', () => {
  test('stays live', async () => {
    const server = await mortalServer()
    const { store } = await meddledClient(server.url)
    await store.createThread(create)
    await server.die()
    await server.revive()
    await store.flushThread({ threadId })
    await store.appendItems({ threadId, items: [say('one')] })
    await store.shutdownThread({ threadId })
    expect(await texts(store)).toEqual(['one'])
  })

  test('stays live after an append of which the store behind did not know whether it took place', async () => {
    let unknown = true
    const server = await mortalServer((store) => ({
      ...store,
      appendItems: async (append) => {
        await store.appendItems(append)
        if (!unknown) return
        unknown = false
        const reason = 'connection-lost'
        throw new ThreadStoreError('OUTCOME_UNKNOWN', 'the database is gone', { reason })
      },
    }))
    const { store } = await meddledClient(server.url)
    await store.createThread(create)
    const first = store.appendItems({ threadId, items: [say('one')] })
    await expect(first).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await store.appendItems({ threadId, items: [say('two')] })
    await server.die()
    await server.revive()
    await store.appendItems({ threadId, items: [say('three')] })
    expect(await texts(store)).toEqual(['one', 'two', 'three'])
  })

  test('is lost when somebody else wrote to it', async () => {
    const server = await mortalServer()
    const { store } = await meddledClient(server.url)
    await store.createThread(create)
    await server.die()
    await using other = openMemoryStore({ storage: server.storage })
    await other.resumeThread({ threadId })
    await other.appendItems({ threadId, items: [say('theirs')] })
    await other.shutdownThread({ threadId })
    await server.revive()
    await expect(store.appendItems({ threadId, items: [say('ours')] })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'writer-lost' },
    })
    expect(await texts(store)).toEqual(['theirs'])
  })

  test('is shut down when its store is closed', async () => {
    const server = await mortalServer()
    const { store } = await meddledClient(server.url)
    await store.createThread(create)
    await server.die()
    await server.revive()
    await store.close()
    await using other = await openHttpStore({ url: server.url })
    await expect(other.resumeThread({ threadId })).resolves.toBeUndefined()
  })
})

describe('a handle', () => {
  async function impatientServer(): Promise<string> {
    const storage = new MemoryStorage()
    const server = await createHttpThreadServer({
      open: () => Promise.resolve(openMemoryStore({ storage })),
      limits: { handleIdleMs: 400 },
    })
    opened.push(server)
    return server.listen({ port: 0 })
  }

  test('stays open as long as its client is there', async () => {
    const url = await impatientServer()
    await using store = await openHttpStore({ url })
    await store.createThread(create)
    await sleep(1_200)
    await using other = await openHttpStore({ url })
    await expect(other.resumeThread({ threadId })).rejects.toMatchObject({
      details: { reason: 'already-live' },
    })
    await store.appendItems({ threadId, items: [say('one')] })
  })

  test('is closed when its client is gone, and what it wrote stays', async () => {
    const url = await impatientServer()
    const inner = createUndiciTransport({ origin: url })
    let gone = false
    const transport: HttpTransport = {
      send: (request) =>
        gone
          ? Promise.reject(new TransportError('gone', { sent: false, timedOut: false }))
          : inner.send(request),
      close: () => inner.close(),
    }
    const store = await openHttpStore({ url, transport, retryForMs: 0 })
    await store.createThread(create)
    await store.appendItems({ threadId, items: [say('one')] })
    gone = true
    await sleep(1_200)
    await using other = await openHttpStore({ url })
    await other.resumeThread({ threadId })
    expect(await texts(other)).toEqual(['one'])
    await expect(store.close()).rejects.toMatchObject({ code: 'RETRYABLE' })
  })

  test('is closed in its time although another one does not let go of its store', async () => {
    let nowMs = 0
    let tick = (): void => {}
    const clock = {
      now: () => nowMs,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          tick = resolve
          signal?.addEventListener('abort', () => reject(new RangeError('aborted')))
        }),
    }
    const closing: (() => void)[] = []
    const open = (): Promise<ThreadStore> => {
      const close = (): Promise<void> =>
        new Promise((resolve) => {
          closing.push(resolve)
        })
      return Promise.resolve({ ...openMemoryStore(), close })
    }
    await using server = await createHttpThreadServer({ open, clock })
    const url = await server.listen({ port: 0 })
    for (const count of [1, 2]) {
      await fetch(`${url}/v1/handle/open`, { method: 'POST' })
      nowMs += 61_000
      tick()
      await expect.poll(() => closing.length).toBe(count)
    }
    for (const letGo of closing) letGo()
  })
})
