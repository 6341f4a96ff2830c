import { describe, expect, test } from 'vitest'
import { systemClock } from '../host/clock.js'
import { systemIds } from '../host/ids.js'
import { lastUserText, type Script, scriptedModelClient } from '../manager/index.js'
import type { JsonObject, JsonValue } from '../protocol/json.js'
import { ThreadStoreError } from '../store/errors.js'
import type { ThreadStore } from '../store/thread-store.js'
import { openMemoryStore } from '../stores/memory/memory-thread-store.js'
import { AppServer } from './app-server.js'

const away = (): Promise<never> =>
  Promise.reject(new ThreadStoreError('RETRYABLE', 'the store is away', { reason: 'unavailable' }))

const script: Script = (request) => {
  const said = lastUserText(request)
  if (said !== 'tool') return { text: 'hello', hang: said === 'slow' }
  const answered = request.input.at(-1)?.['type'] === 'function_call_output'
  const call = { name: 'add', arguments: { a_number: 1 }, callId: 'c1' }
  return answered ? { text: 'added' } : { calls: [call] }
}

/** What a store does that it should not. */
interface Faults {
  refused: 'appendItems' | 'shutdownThread' | null
  afterRead: () => Promise<unknown>
  /** Pages that were asked for. */
  lists: number
}

/** A server whose store can be made to fail, with one client and its thread. */
async function serving() {
  const inner = openMemoryStore()
  const faults: Faults = { refused: null, lists: 0, afterRead: () => Promise.resolve() }
  const store: ThreadStore = {
    ...inner,
    appendItems: (params) =>
      faults.refused === 'appendItems' ? away() : inner.appendItems(params),
    shutdownThread: (params) =>
      faults.refused === 'shutdownThread' ? away() : inner.shutdownThread(params),
    listThreads: (params) => {
      faults.lists += 1
      return inner.listThreads(params)
    },
    readThread: async (params) => {
      const read = await inner.readThread(params)
      await faults.afterRead()
      return read
    },
  }
  const server = new AppServer({
    store,
    model: scriptedModelClient(script),
    tools: { definitions: [], run: () => Promise.resolve({ success: true, output: 'x' }) },
    config: { model: 'a-model' },
    cwd: '/',
    unloadDelayMs: 0,
  })
  const peer = await introduced(server)
  const { thread } = await peer.ask('thread/start', {})
  const threadId = (thread as JsonObject)['id'] as string
  const say = async (text: string): Promise<JsonObject> => {
    const { turn } = await peer.ask('turn/start', { threadId, input: [{ type: 'text', text }] })
    return turn as JsonObject
  }
  return {
    faults,
    store,
    server,
    peer,
    threadId,
    say,
  }
}

async function introduced(server: AppServer) {
  const sent: JsonObject[] = []
  const connection = server.connect((message) => sent.push(message))
  let lastId = 0
  const ask = async (method: string, params: JsonObject): Promise<JsonObject> => {
    const id = (lastId += 1)
    await server.receive(connection, JSON.stringify({ id, method, params }))
    const { result, error } = sent.find((message) => message['id'] === id) ?? {}
    return (result ?? error) as JsonObject
  }
  const told = (method: string): JsonObject[] =>
    sent.filter((one) => one['method'] === method).map(({ params }) => params as JsonObject)
  const until = async (method: string): Promise<void> => {
    await expect.poll(() => told(method)).not.toEqual([])
  }
  await ask('initialize', { clientInfo: { name: 'test', version: '1' } })
  return { connection, sent, ask, told, until }
}

describe('a store that is away', () => {
  test('fails a turn, and its client hears the end once', async () => {
    const { faults, peer, say } = await serving()
    faults.refused = 'appendItems'
    const { id } = await say('lost')
    await peer.until('turn/completed')
    faults.refused = null
    expect(peer.told('turn/started')).toEqual([])
    expect(peer.told('turn/completed')).toMatchObject([{ turn: { id, status: 'failed' } }])
    expect((await say('kept'))['status']).toBe('inProgress')
  })

  test('keeps a thread from being closed only until it is back', async () => {
    const { faults, peer, threadId, say } = await serving()
    await say('hello')
    await peer.until('turn/completed')
    faults.refused = 'shutdownThread'
    expect(await peer.ask('thread/archive', { threadId })).toMatchObject({ code: -32_603 })
    faults.refused = null
    expect(await peer.ask('thread/resume', { threadId })).toMatchObject({
      thread: { id: threadId },
    })
    expect((await say('again'))['status']).toBe('inProgress')
  })
})

test('a turn that ends while its thread is read was running', async () => {
  const { faults, server, peer, threadId, say } = await serving()
  const { id: turnId } = await say('slow')
  await peer.until('item/agentMessage/delta')
  const other = await introduced(server)
  faults.afterRead = () => other.ask('turn/interrupt', { threadId, turnId: turnId as string })
  const { thread } = await peer.ask('thread/read', { threadId, includeTurns: true })
  expect((thread as JsonObject)['turns']).toMatchObject([{ id: turnId, status: 'inProgress' }])
})

test('a tool call is begun and completed once, with its arguments and its times', async () => {
  const { peer, say } = await serving()
  const before = systemClock.now()
  await say('tool')
  await peer.until('turn/completed')
  const calls = ['item/started', 'item/completed'].map((method) =>
    peer.told(method).filter(({ item }) => (item as JsonObject)['type'] === 'dynamicToolCall'),
  )
  const call = { id: 'c1', tool: 'add', arguments: { a_number: 1 } }
  expect(calls).toMatchObject([
    [{ item: { ...call, status: 'inProgress' } }],
    [{ item: { ...call, status: 'completed', success: true } }],
  ])
  expect(calls[0]?.[0]?.['startedAtMs']).toBeGreaterThanOrEqual(before)
})

test('a client that cannot be written to takes nothing with it', async () => {
  const { server, peer, threadId, say } = await serving()
  const broken = server.connect(() => {
    throw new RangeError('gone')
  })
  const hello = { id: 1, method: 'initialize', params: { clientInfo: { name: 'b', version: '1' } } }
  await server.receive(broken, JSON.stringify(hello))
  expect(broken.isOpen).toBe(false)
  await peer.ask('thread/name/set', { threadId, name: 'still here' })
  await say('hello')
  await peer.until('turn/completed')
})

describe('a long list', () => {
  async function listing() {
    const { faults, store, peer } = await serving()
    const metadata = { cwd: null, modelProvider: 'openai' }
    for (let n = 0; n < 210; n += 1) {
      const threadId = systemIds.newThreadId()
      await store.createThread({ threadId, source: 'cli', metadata })
      await store.updateThreadMetadata({ threadId, patch: { preview: 'hello' } })
    }
    faults.lists = 0
    return { faults, list: (params: JsonObject) => peer.ask('thread/list', params) }
  }

  test('is read page by page, each once or twice', async () => {
    const { faults, list } = await listing()
    const ids: unknown[] = []
    let cursor: JsonValue = null
    do {
      const { data, nextCursor } = await list({ limit: 30, cursor })
      ids.push(...(data as JsonObject[]).map(({ id }) => id))
      cursor = nextCursor ?? null
    } while (cursor !== null)
    expect([ids.length, new Set(ids).size]).toEqual([210, 210])
    expect(faults.lists).toBeLessThanOrEqual(2 * 7)
  })

  test('goes on from its cursor when it is asked for otherwise', async () => {
    const { list } = await listing()
    const { nextCursor = null } = await list({ limit: 100 })
    const { data } = await list({ limit: 100, cursor: nextCursor, sourceKinds: ['cli'], cwd: null })
    const others = await list({ limit: 100, cursor: nextCursor, modelProviders: [] })
    expect(others['data']).toEqual(data)
    const bare = (nextCursor as string).split('|', 2).join('|')
    expect((await list({ limit: 100, cursor: bare }))['data']).toEqual(data)
  })
})
