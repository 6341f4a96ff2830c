import { describe, expect, test } from 'vitest'
import { systemClock } from '../host/clock.js'
import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { CreateThreadParams } from '../store/params.js'
import { ThreadStoreError } from '../store/errors.js'
import { storeVerbs, type StoreVerb, type ThreadStore } from '../store/thread-store.js'
import { openMemoryStore } from '../stores/memory/memory-thread-store.js'
import { LiveThread } from './live-thread.js'
import { MetadataPatchError } from './metadata-patch-error.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'
const create: CreateThreadParams = {
  threadId,
  source: 'cli',
  metadata: { cwd: '/home/dev/project', modelProvider: 'mock' },
}
const event = (type: string, more: JsonObject = {}): RolloutItem => ({
  type: 'event_msg',
  payload: { type, ...more },
})
const said = (message: string): RolloutItem => event('user_message', { message })
const offline = (): ThreadStoreError =>
  new ThreadStoreError('RETRYABLE', 'the store is away', { reason: 'unavailable' })

type Verbs = Record<StoreVerb, (params: never) => Promise<unknown>>

/** A store that writes down what it is asked and fails where it is told to. */
function recording(store: ThreadStore = openMemoryStore()) {
  const calls: StoreVerb[] = []
  const failing = new Set<StoreVerb>()
  const verbs = storeVerbs.map((verb) => [
    verb,
    async (params: never): Promise<unknown> => {
      calls.push(verb)
      if (failing.has(verb)) throw offline()
      return (store as unknown as Verbs)[verb](params)
    },
  ])
  const recorded = { ...store, ...Object.fromEntries(verbs) } as ThreadStore
  return { store: recorded, calls, failing, host: { store: recorded, clock: systemClock } }
}

async function textsIn(store: ThreadStore): Promise<unknown[]> {
  const { items } = await store.loadHistory({ threadId })
  return items.slice(1).map(({ payload }) => (payload as JsonObject)['message'])
}

describe('create', () => {
  test('only creates', async () => {
    const { host, calls } = recording()
    await LiveThread.create(host, create)
    expect(calls).toEqual(['createThread'])
  })

  test('that fails leaves nothing to discard', async () => {
    const { host, calls, failing } = recording()
    failing.add('createThread')
    await expect(LiveThread.create(host, create)).rejects.toThrow('the store is away')
    expect(calls).toEqual(['createThread'])
  })
})

describe('resume', () => {
  test('takes the writer, then reads record and history once', async () => {
    const { host, calls } = recording()
    await (await LiveThread.create(host, create)).shutdown()
    calls.length = 0
    const { thread, history } = await LiveThread.resume(host, { threadId })
    expect(calls).toEqual(['resumeThread', 'readThread'])
    expect([thread.threadId, history.items.length]).toEqual([threadId, 1])
  })

  test('that cannot read lets the writer go and says why', async () => {
    const { host, calls, failing, store } = recording()
    await (await LiveThread.create(host, create)).shutdown()
    failing.add('readThread')
    calls.length = 0
    await expect(LiveThread.resume(host, { threadId })).rejects.toThrow('the store is away')
    expect(calls).toEqual(['resumeThread', 'readThread', 'discardThread'])
    failing.clear()
    await expect(store.resumeThread({ threadId })).resolves.toBeUndefined()
  })
})

describe('appendItems', () => {
  test('stores what the policy keeps, then patches', async () => {
    const { host, calls, store } = recording()
    const live = await LiveThread.create(host, create)
    calls.length = 0
    await live.appendItems([event('item_started'), said('hello')])
    expect(calls).toEqual(['appendItems', 'updateThreadMetadata'])
    expect(await textsIn(store)).toEqual(['hello'])
    expect(await store.readThread({ threadId })).toMatchObject({ title: 'hello' })
  })

  test('of nothing worth keeping calls nothing', async () => {
    const { host, calls } = recording()
    const live = await LiveThread.create(host, create)
    calls.length = 0
    await live.appendItems([event('item_started'), event('error')])
    await live.appendItems([])
    expect(calls).toEqual([])
  })

  test('that fails derives nothing', async () => {
    const { host, failing, store } = recording()
    const live = await LiveThread.create(host, create)
    failing.add('appendItems')
    await expect(live.appendItems([said('lost')])).rejects.toThrow(ThreadStoreError)
    failing.clear()
    await live.appendItems([said('kept')])
    expect(await store.readThread({ threadId })).toMatchObject({ title: 'kept', preview: 'kept' })
  })

  test('whose patch fails says that the items are stored, and patches later', async () => {
    const { host, failing, store } = recording()
    const live = await LiveThread.create(host, create)
    failing.add('updateThreadMetadata')
    await expect(live.appendItems([said('hello')])).rejects.toThrow(MetadataPatchError)
    expect(await textsIn(store)).toEqual(['hello'])
    failing.clear()
    await live.appendItems([event('agent_message', { message: 'hi' })])
    expect(await store.readThread({ threadId })).toMatchObject({ title: 'hello' })
  })

  test('of several callers at once stores and derives in the order of the calls', async () => {
    const { host, store } = recording()
    const live = await LiveThread.create(host, create)
    const texts = ['a', 'b', 'c', 'd']
    await Promise.all(texts.map((text) => live.appendItems([said(text)])))
    expect(await textsIn(store)).toEqual(texts)
    expect(await store.readThread({ threadId })).toMatchObject({ firstUserMessage: 'a' })
  })
})

test('copied items are stored as they are, whatever the policy says of them', async () => {
  const { host, store } = recording()
  const live = await LiveThread.create(host, create)
  await live.appendCopied([event('error', { message: 'once written' })])
  expect(await textsIn(store)).toEqual(['once written'])
})

describe('barriers', () => {
  test('persist sends what is pending, also before the first append', async () => {
    const { host, calls, store } = recording()
    const live = await LiveThread.create(host, create, [said('inherited')])
    calls.length = 0
    await live.persist()
    expect(calls).toEqual(['persistThread', 'updateThreadMetadata'])
    expect(await store.readThread({ threadId })).toMatchObject({ preview: 'inherited' })
  })

  test('flush sends what is pending only once there is history', async () => {
    const { host, calls } = recording()
    const live = await LiveThread.create(host, create, [said('inherited')])
    calls.length = 0
    await live.flush()
    expect(calls).toEqual(['flushThread'])
    await live.appendItems([event('agent_message', { message: 'hi' })])
    await live.appendItems([event('agent_message', { message: 'again' })])
    calls.length = 0
    await live.flush()
    expect(calls).toEqual(['flushThread', 'updateThreadMetadata'])
  })
})

describe('shutdown', () => {
  test('of a thread without history only closes', async () => {
    const { host, calls } = recording()
    const live = await LiveThread.create(host, create)
    calls.length = 0
    await live.shutdown()
    expect(calls).toEqual(['shutdownThread'])
  })

  test('closes the writer although the metadata could not be stored', async () => {
    const { host, calls, failing } = recording()
    const live = await LiveThread.create(host, create)
    failing.add('updateThreadMetadata')
    await expect(live.appendItems([said('hello')])).rejects.toThrow(MetadataPatchError)
    calls.length = 0
    await expect(live.shutdown()).rejects.toThrow(MetadataPatchError)
    expect(calls).toEqual(['updateThreadMetadata', 'shutdownThread'])
  })

  test('reports both when the writer does not close either', async () => {
    const { host, failing } = recording()
    const live = await LiveThread.create(host, create)
    failing.add('updateThreadMetadata').add('shutdownThread')
    await expect(live.appendItems([said('hello')])).rejects.toThrow(MetadataPatchError)
    const error = await live.shutdown().catch((reason: unknown) => reason)
    expect(ThreadStoreError.is(error, 'INTERNAL')).toBe(true)
    expect((error as Error).message).toMatch(
      /^thread metadata update failed: .*away; thread shutdown failed: the store is away$/,
    )
  })
})

describe('a handle that let its writer go', () => {
  test('stores what was left when it is shut down again', async () => {
    const { host, calls, failing, store } = recording()
    const live = await LiveThread.create(host, create)
    failing.add('updateThreadMetadata')
    await expect(live.appendItems([said('hello')])).rejects.toThrow(MetadataPatchError)
    await expect(live.shutdown()).rejects.toThrow(MetadataPatchError)
    failing.clear()
    calls.length = 0
    await live.shutdown()
    await live.shutdown()
    expect(calls).toEqual(['updateThreadMetadata'])
    expect(await store.readThread({ threadId })).toMatchObject({ title: 'hello' })
  })

  test.each(['shutdown', 'discard'] as const)(
    'by %s leaves the writer of the next one alone',
    async (ending) => {
      const { host, store } = recording()
      const old = await LiveThread.create(host, create)
      await old.persist()
      await old[ending]()
      const { live } = await LiveThread.resume(host, { threadId })
      for (const call of [() => old.appendItems([said('late')]), () => old.flush()]) {
        await expect(call()).rejects.toMatchObject({ details: { reason: 'not-live' } })
      }
      await old.shutdown()
      await old.discard()
      await live.appendItems([said('in time')])
      expect(await textsIn(store)).toEqual(['in time'])
    },
  )
})

test('discard drops what is pending', async () => {
  const { host, calls, failing } = recording()
  const live = await LiveThread.create(host, create)
  failing.add('updateThreadMetadata')
  await expect(live.appendItems([said('hello')])).rejects.toThrow(MetadataPatchError)
  calls.length = 0
  await live.discard()
  expect(calls).toEqual(['discardThread'])
})

describe('updateMetadata', () => {
  test('stores what is pending first, so that the explicit patch has the last word', async () => {
    const { host, calls, store } = recording()
    const live = await LiveThread.create(host, create, [said('inherited')])
    calls.length = 0
    await live.updateMetadata({ title: 'mine', gitInfo: { branch: 'main' } })
    expect(calls).toEqual(['updateThreadMetadata', 'updateThreadMetadata'])
    await live.appendItems([said('hello')])
    expect(await store.readThread({ threadId })).toMatchObject({
      title: 'mine',
      preview: 'inherited',
      gitInfo: { branch: 'main' },
    })
  })

  test('of the memory mode is a patch like others', async () => {
    const { host, store } = recording()
    const live = await LiveThread.create(host, create)
    expect((await live.updateMemoryMode('disabled')).memoryMode).toBe('disabled')
    expect((await store.readThread({ threadId })).memoryMode).toBe('disabled')
  })

  test('leaves an archived thread alone unless told otherwise', async () => {
    const { host, store } = recording()
    const live = await LiveThread.create(host, create)
    await store.archiveThread({ threadId })
    await expect(live.updateMetadata({ name: 'n' })).rejects.toThrow('archived')
    expect((await live.updateMetadata({ name: 'n' }, true)).name).toBe('n')
    await live.appendItems([said('derived patches reach archived threads')])
    const { title } = await store.readThread({ threadId, includeArchived: true })
    expect(title).toBe('derived patches reach archived threads')
  })
})

test('a rollout path is only known where threads are files', async () => {
  const { host } = recording()
  const live = await LiveThread.create(host, create)
  expect(await live.localRolloutPath()).toBeNull()
  const paths = {
    readThreadByRolloutPath: () => Promise.reject(offline()),
    localRolloutPath: () => Promise.resolve('/home/dev/.codex/sessions/r.jsonl'),
  }
  await live.shutdown()
  const { live: filed } = await LiveThread.resume({ ...host, paths }, { threadId })
  expect(await filed.localRolloutPath()).toBe('/home/dev/.codex/sessions/r.jsonl')
})
