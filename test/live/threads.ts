import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/host/clock.js'
import type {
  CodexThread,
  Script,
  StartThreadParams,
  ThreadManager,
} from '../../src/manager/index.js'
import type { GitInfo } from '../../src/protocol/metadata.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { echo, inputTexts, itemsOf, labels, managing, unknownId, until } from './managing.js'

describe('starting', () => {
  test('creates a legacy thread with what the host and the caller say of it', async () => {
    const gitInfo: GitInfo = { sha: 'abc', branch: 'main', originUrl: null }
    const { store, manager } = await managing(echo, {
      gitInfo: () => Promise.resolve(gitInfo),
      originator: 'host',
      cliVersion: '1.2.3',
    })
    const { threadId } = await manager.startThread({
      config: { cwd: '/home/dev/project', instructions: 'be brief', modelProvider: 'mock' },
      source: 'exec',
    })
    expect(await store.readThread({ threadId })).toMatchObject({
      cwd: '/home/dev/project',
      modelProvider: 'mock',
      source: 'exec',
      cliVersion: '1.2.3',
      historyMode: 'legacy',
      gitInfo,
    })
    expect((await itemsOf(store, { threadId }))[0]?.payload).toMatchObject({
      originator: 'host',
      base_instructions: { text: 'be brief' },
    })
  })

  test('without a directory looks no git facts up', async () => {
    const { store, manager } = await managing(echo, {
      gitInfo: () => Promise.reject(new RangeError('looked at the process directory')),
    })
    const { threadId } = await manager.startThread()
    expect((await store.readThread({ threadId })).gitInfo).toBeNull()
  })

  test('that fails leaves nothing loaded', async () => {
    const { manager } = await managing(echo, {
      gitInfo: () => Promise.reject(new RangeError('no git')),
    })
    await expect(manager.startThread({ config: { cwd: '/x' } })).rejects.toThrow('no git')
    expect(manager.listThreadIds()).toEqual([])
  })

  test('tells who listens', async () => {
    const { manager } = await managing()
    const created = manager.threadsCreated()[Symbol.asyncIterator]()
    const { threadId } = await manager.startThread()
    expect((await created.next()).value).toBe(threadId)
  })

  test('of an internal thread tells nobody, and nobody finds it', async () => {
    const { manager } = await managing(echo, { clock: systemClock })
    const created = manager.threadsCreated()[Symbol.asyncIterator]()
    const hidden = await manager.startThread({ source: { internal: 'memory' } })
    const { threadId } = await manager.startThread()
    expect((await created.next()).value).toBe(threadId)
    expect(manager.listThreadIds()).toEqual([threadId])
    expect(() => manager.getThread(hidden.threadId)).toThrow('not found')
    const report = await manager.shutdownAllThreadsBounded(1_000)
    expect(report.completed).toEqual([hidden.threadId, threadId].toSorted())
  })
})

describe('an ephemeral thread', () => {
  test('stores nothing and still holds a conversation', async () => {
    const { calls, manager, asked } = await managing()
    const thread = await manager.startThread({ ephemeral: true })
    await thread.run('one')
    await thread.run('two')
    await thread.shutdown()
    expect(inputTexts(asked[1])).toEqual(['one', 'reply to: one', 'two'])
    expect(calls).toEqual([])
  })

  test('cannot be patched, read or rolled back', async () => {
    const { manager } = await managing()
    const thread = await manager.startThread({ ephemeral: true })
    await expect(manager.updateThreadMetadata(thread.threadId, { name: 'n' })).rejects.toThrow(
      `ephemeral thread does not support metadata updates: ${thread.threadId}`,
    )
    await expect(thread.readThread()).rejects.toThrow(
      'Session persistence is disabled; cannot read thread.',
    )
    await expect(thread.loadHistory()).rejects.toThrow('cannot load history.')
    await expect(thread.updateThreadMetadata({ name: 'n' })).rejects.toThrow(
      'cannot update thread metadata.',
    )
    await expect(thread.rollback(1)).rejects.toThrow(
      'thread rollback requires persisted thread history',
    )
    expect(await thread.localRolloutPath()).toBeNull()
  })
})

describe('resuming', () => {
  test('goes on where the thread stood', async () => {
    const { manager, restarted } = await managing()
    const config = { model: 'm-1', instructions: 'be brief', reasoningEffort: 'high' }
    const thread = await manager.startThread({ config })
    await thread.run('one')
    const { manager: next, asked, calls } = await restarted()
    const again = await next.resumeThread(thread.threadId)
    expect(calls).toEqual(['resumeThread', 'readThread'])
    expect(again.tokenUsage).toEqual(thread.tokenUsage)
    await again.run('two')
    expect(asked[0]).toMatchObject(config)
    expect(inputTexts(asked[0])).toEqual(['one', 'reply to: one', 'two'])
  })

  test('with a config overrides what the thread used last', async () => {
    const { manager } = await managing()
    const thread = await endedThread(manager, { config: { model: 'm-1' } })
    const again = await manager.resumeThread(thread.threadId, { config: { model: 'm-2' } })
    expect(again.config.model).toBe('m-2')
    await until(again, 'warning')
  })

  test('a thread that runs is that thread', async () => {
    const { manager } = await managing()
    const thread = await manager.startThread()
    expect(await manager.resumeThread(thread.threadId)).toBe(thread)
    expect(manager.getThread(thread.threadId)).toBe(thread)
  })

  test('a thread twice at once loads it once', async () => {
    const { manager, calls } = await managing()
    const { threadId } = await endedThread(manager)
    calls.length = 0
    const [a, b] = await Promise.all([
      manager.resumeThread(threadId),
      manager.resumeThread(threadId),
    ])
    expect(a).toBe(b)
    expect(calls.filter((verb) => verb === 'resumeThread')).toHaveLength(1)
  })

  test('a thread that was shut down makes a new object with the same id', async () => {
    const { manager, store } = await managing()
    const thread = await endedThread(manager, { threadSource: 'user' })
    const again = await manager.resumeThread(thread.threadId)
    expect(again).not.toBe(thread)
    expect(again.threadId).toBe(thread.threadId)
    const { threadSource } = await store.readThread({ threadId: again.threadId })
    expect(threadSource).toBe('user')
  })

  test('an archived thread works and leaves it archived', async () => {
    const { manager, store } = await managing()
    const { threadId } = await endedThread(manager)
    await store.archiveThread({ threadId })
    await (await manager.resumeThread(threadId)).run('two')
    const read = await store.readThread({ threadId, includeArchived: true })
    expect(read.archivedAt).not.toBeNull()
  })

  test('a thread nobody knows says so, and can be asked for again', async () => {
    const { manager } = await managing()
    await expect(manager.resumeThread(unknownId)).rejects.toMatchObject({
      code: 'THREAD_NOT_FOUND',
    })
    await expect(manager.resumeThread(unknownId)).rejects.toThrow('not found')
    expect(manager.listThreadIds()).toEqual([])
  })

  test('a thread whose process died in a turn ends that turn with the next one', async () => {
    const hangs: Script = () => ({ text: 'half', hang: true })
    const { manager, restarted } = await managing(hangs)
    const thread = await manager.startThread()
    await thread.submit('slow')
    await until(thread, 'agent_message')
    const { manager: next, store, asked } = await restarted(echo)
    const again = await next.resumeThread(thread.threadId)
    await again.run('next')
    expect(inputTexts(asked[0])).toEqual(['slow', 'half', 'next'])
    const { turns } = await store.listTurns({ threadId: thread.threadId, pageSize: 9 })
    expect(turns).toHaveLength(2)
  })
})

describe('a metadata patch', () => {
  test('of a loaded thread goes out behind what is pending', async () => {
    const { manager, calls } = await managing()
    const thread = await manager.startThread()
    await thread.run('one')
    calls.length = 0
    const { name } = await manager.updateThreadMetadata(thread.threadId, { name: 'mine' })
    expect(name).toBe('mine')
    expect(calls.every((verb) => verb === 'updateThreadMetadata')).toBe(true)
  })

  test('of a thread that is not loaded goes to the store', async () => {
    const { manager, store } = await managing()
    const { threadId } = await endedThread(manager)
    manager.removeThread(threadId)
    await manager.updateThreadMetadata(threadId, { gitInfo: { branch: 'main' } })
    await store.archiveThread({ threadId })
    await expect(manager.updateThreadMetadata(threadId, { name: 'n' })).rejects.toThrow('archived')
    expect((await manager.updateThreadMetadata(threadId, { name: 'n' }, true)).name).toBe('n')
  })

  test('that the store does not support says which operation', async () => {
    const details = { reason: 'not-claimed', operation: 'metadata' } as const
    const updateThreadMetadata = (): Promise<never> =>
      Promise.reject(new ThreadStoreError('UNSUPPORTED', 'no', details))
    const wrap = (store: ThreadStore): ThreadStore => ({ ...store, updateThreadMetadata })
    const { manager } = await managing(echo, { wrap })
    await expect(manager.updateThreadMetadata(unknownId, { name: 'n' })).rejects.toThrow(
      'thread metadata update is not supported by this store: metadata',
    )
  })
})

describe('shutting all threads down', () => {
  test('reports which ended, which failed and which took too long', async () => {
    const fates = new Map<string, 'fails' | 'hangs'>()
    const ended = new Set<string>()
    const wrap = (store: ThreadStore): ThreadStore => ({
      ...store,
      shutdownThread: async (params) => {
        const fate = fates.get(params.threadId)
        if (fate === 'fails') throw new RangeError('stuck')
        if (fate === 'hangs') await new Promise(() => {})
        await store.shutdownThread(params)
        ended.add(params.threadId)
      },
    })
    // Time is over when those that can end have ended.
    const impatient: Clock = {
      now: () => 0,
      sleep: async () => {
        while (ended.size < 2) await nextMacrotask()
        await nextMacrotask()
      },
    }
    const { manager } = await managing(echo, { wrap, clock: impatient })
    const threads = await Promise.all([1, 2, 3, 4].map(() => manager.startThread()))
    const [a = '', b = '', c = '', d = ''] = threads.map(({ threadId }) => threadId)
    fates.set(b, 'fails').set(c, 'hangs')
    const report = await manager.shutdownAllThreadsBounded(10)
    expect(report).toEqual({ completed: [a, d].toSorted(), failed: [b], timedOut: [c] })
    expect(manager.listThreadIds().toSorted()).toEqual([b, c].toSorted())
  })
})

test('a thread that is removed is forgotten and not shut down', async () => {
  const { manager } = await managing()
  const thread = await manager.startThread()
  expect(manager.removeThread(thread.threadId)).toBe(thread)
  expect(manager.removeThread(thread.threadId)).toBeUndefined()
  expect(() => manager.getThread(thread.threadId)).toThrow('not found')
  expect((await thread.run('still here')).status).toBe('completed')
  expect(labels((await thread.loadHistory()).items).at(-1)).toBe('task_complete')
})

/** A thread of one turn that was shut down. */
async function endedThread(
  manager: ThreadManager,
  params: StartThreadParams = {},
): Promise<CodexThread> {
  const thread = await manager.startThread(params)
  await thread.run('one')
  await thread.shutdown()
  return thread
}

/** Later than everything that only waits for promises. */
function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
