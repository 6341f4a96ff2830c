import { describe, expect, test } from 'vitest'
import type { PathReader } from '../../src/live/index.js'
import type { CodexThread } from '../../src/manager/index.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import {
  echo,
  inputTexts,
  itemsOf,
  labels,
  type Managed,
  managing,
  unknownId,
  until,
} from './managing.js'

const withoutLineage = (store: ThreadStore): ThreadStore => ({
  ...store,
  supports: { ...store.supports, lineage: false },
})

describe('forking', () => {
  test('a legacy thread copies it, with what it said of itself', async () => {
    const { manager, store, asked } = await managing()
    const source = await manager.startThread()
    await source.run('one')
    const fork = await manager.forkThread(source.threadId)
    const items = await itemsOf(store, fork)
    const original = await itemsOf(store, source)
    expect(items.slice(1)).toEqual(original)
    await fork.run('two')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'two'])
    const { preview, forkedFromId } = await store.readThread({ threadId: fork.threadId })
    expect([preview, forkedFromId]).toEqual(['one', source.threadId])
    expect(await itemsOf(store, source)).toEqual(original)
  })

  test('a paginated thread refers to it, and shows the same', async () => {
    const { manager, store, asked } = await managing()
    const source = await manager.startThread({ historyMode: 'paginated' })
    await source.run('one')
    const fork = await manager.forkThread(source.threadId)
    await fork.run('two')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'two'])
    const { threadId } = fork
    const thread = await store.readThread({ threadId, includeRollouts: true })
    expect(thread).toMatchObject({
      preview: 'one',
      title: 'two',
      firstUserMessage: 'two',
      forkedFromId: source.threadId,
      historyMode: 'paginated',
    })
    expect(thread.rollouts?.[0]?.base?.rolloutId).toBe(source.threadId)
    const copied = (await itemsOf(store, fork)).slice(0, 3)
    expect(copied).toEqual((await itemsOf(store, source)).slice(0, 3))
  })

  test('a paginated thread copies it where the store has no lineage', async () => {
    const wrap = withoutLineage
    const { manager, store, asked } = await managing(echo, { wrap })
    const source = await manager.startThread({ historyMode: 'paginated' })
    await source.run('one')
    const fork = await manager.forkThread(source.threadId)
    await fork.run('two')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'two'])
    const ordinals = (await itemsOf(store, fork)).map(({ ordinal }) => ordinal)
    expect(ordinals).toEqual(ordinals.map((_ordinal, index) => index))
  })

  test.each(['legacy', 'paginated'] as const)('a %s thread before a message', async (mode) => {
    const { manager, asked } = await managing()
    const source = await manager.startThread({ historyMode: mode })
    await source.run('one')
    await source.run('two')
    const fork = await manager.forkThread(source.threadId, {
      snapshot: { type: 'beforeUserMessage', n: 1 },
    })
    await fork.run('instead')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'instead'])
    const empty = await manager.forkThread(source.threadId, {
      snapshot: { type: 'beforeUserMessage', n: 0 },
    })
    await empty.run('afresh')
    expect(inputTexts(asked.at(-1))).toEqual(['afresh'])
  })

  test.each(['legacy', 'paginated'] as const)(
    'a %s thread in a turn ends the turn',
    async (mode) => {
      const { manager, store } = await managing(() => ({ text: 'half', hang: true }))
      const source = await manager.startThread({ historyMode: mode })
      const { turnId } = await source.submit('slow')
      await until(source, 'agent_message')
      const fork = await manager.forkThread(source.threadId, {
        snapshot: { type: 'interrupted' },
      })
      const items = await itemsOf(store, fork)
      expect(labels(items).slice(-2)).toEqual(['message', 'turn_aborted'])
      expect(items.at(-1)?.payload).toMatchObject({ turn_id: turnId, completed_at: null })
      expect(source.activeTurnId).toBe(turnId)
    },
  )

  test('a history that is in no store', async () => {
    const { manager, store } = await managing()
    const source = await manager.startThread()
    await source.run('one')
    const items = await itemsOf(store, source)
    const { manager: elsewhere, store: other } = await managing()
    const fork = await elsewhere.forkThreadFromHistory(items)
    expect(await other.readThread({ threadId: fork.threadId })).toMatchObject({
      preview: 'one',
      forkedFromId: source.threadId,
    })
    const unnamed = await elsewhere.forkThreadFromHistory(items.slice(1))
    expect((await unnamed.readThread()).forkedFromId).toBeNull()
  })

  test('that fails half-way leaves no thread behind', async () => {
    let refuse = false
    const wrap = (inner: ThreadStore): ThreadStore => ({
      ...inner,
      appendItems: (params) =>
        refuse ? Promise.reject(new RangeError('full')) : inner.appendItems(params),
    })
    const { manager, store } = await managing(echo, { wrap })
    const source = await manager.startThread()
    await source.run('one')
    refuse = true
    await expect(manager.forkThread(source.threadId)).rejects.toThrow('full')
    const { items } = await store.listThreads({ pageSize: 9 })
    expect(items.map(({ threadId }) => threadId)).toEqual([source.threadId])
    expect(manager.listThreadIds()).toEqual([source.threadId])
  })

  test('of a fork tells what it was forked from, twice', async () => {
    const { manager, asked } = await managing()
    const source = await manager.startThread()
    await source.run('one')
    await source.run('two')
    const first = await manager.forkThread(source.threadId, {
      snapshot: { type: 'beforeUserMessage', n: 1 },
    })
    const second = await manager.forkThread(first.threadId, {
      snapshot: { type: 'beforeUserMessage', n: 1 },
    })
    await second.run('three')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'three'])
  })
})

describe('reverting', () => {
  async function threeTurns(): Promise<ThreeTurns> {
    const managed = await managing()
    const thread = await managed.manager.startThread({ historyMode: 'paginated' })
    await thread.run('one')
    const { turnId } = await thread.run('two')
    await thread.run('three')
    return { ...managed, thread, threadId: thread.threadId, turnId }
  }

  test('hides a turn and what follows, and keeps the thread loaded', async () => {
    const { manager, store, asked, threadId, turnId } = await threeTurns()
    const before = await store.readThread({ threadId })
    await manager.revertThread(threadId, turnId)
    await manager.getThread(threadId).run('instead')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'instead'])
    const { turns } = await store.listTurns({ threadId, pageSize: 9 })
    expect(turns).toHaveLength(2)
    const { createdAt, preview } = await store.readThread({ threadId })
    expect([createdAt, preview]).toEqual([before.createdAt, 'one'])
  })

  test('interrupts what runs', async () => {
    const { manager, store } = await managing(() => ({ hang: true }))
    const thread = await manager.startThread({ historyMode: 'paginated' })
    const { turnId, done } = await thread.submit('slow')
    await until(thread, 'user_message')
    await manager.revertThread(thread.threadId, turnId)
    expect((await done).status).toBe('interrupted')
    const { turns } = await store.listTurns({ threadId: thread.threadId, pageSize: 9 })
    expect(turns).toEqual([])
  })

  test('a thread that is not loaded leaves it so', async () => {
    const { manager, thread, threadId, turnId, store } = await threeTurns()
    await thread.shutdown()
    manager.removeThread(threadId)
    await manager.revertThread(threadId, turnId)
    expect(manager.listThreadIds()).toEqual([])
    const { turns } = await store.listTurns({ threadId, pageSize: 9 })
    expect(turns).toHaveLength(1)
  })

  test('to a turn nobody knows changes nothing', async () => {
    const { manager, thread, threadId } = await threeTurns()
    await expect(manager.revertThread(threadId, 'x')).rejects.toThrow('turn not found: x')
    expect(manager.getThread(threadId)).toBe(thread)
    expect(thread.isRunning).toBe(true)
  })

  test('needs a paginated history and a store with lineage', async () => {
    const { manager } = await managing()
    const thread = await manager.startThread()
    const { turnId } = await thread.run('one')
    await expect(manager.revertThread(thread.threadId, turnId)).rejects.toThrow(
      `thread ${thread.threadId} does not use paginated history`,
    )
    const { manager: poor } = await managing(echo, { wrap: withoutLineage })
    await expect(poor.revertThread(unknownId, 'x')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('subagents', () => {
  test('begin with what their parent knows', async () => {
    const { manager, store, asked } = await managing()
    const parent = await manager.startThread()
    await parent.run('one')
    const source = {
      subagent: { thread_spawn: { agent_nickname: 'Ada', agent_role: 'explorer' } },
    }
    const child = await manager.spawnSubagent(parent.threadId, source)
    await child.run('look')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'look'])
    expect(await store.readThread({ threadId: child.threadId })).toMatchObject({
      parentThreadId: parent.threadId,
      forkedFromId: parent.threadId,
      threadSource: 'subagent',
      source,
      agentNickname: 'Ada',
      agentRole: 'explorer',
    })
  })

  test('need a parent that is loaded', async () => {
    const { manager } = await managing()
    await expect(manager.spawnSubagent(unknownId, 'cli')).rejects.toMatchObject({
      code: 'THREAD_NOT_FOUND',
    })
  })
})

test('a detached review works in a fork and leaves the thread alone', async () => {
  const { manager, store } = await managing()
  const thread = await manager.startThread()
  await thread.run('one')
  const before = await itemsOf(store, thread)
  const review = await manager.reviewDetached(thread.threadId, {
    type: 'commit',
    sha: 'abcdef123',
  })
  expect((await review.turn.done).status).toBe('completed')
  expect(await itemsOf(store, thread)).toEqual(before)
  const items = await itemsOf(store, review.thread)
  expect(labels(items)).toContain('exited_review_mode')
})

describe('rollout paths', () => {
  const path = '/home/dev/.codex/sessions/r.jsonl'

  test('are refused where threads are not files', async () => {
    const { manager } = await managing(echo, { paths: null })
    const text = 'rollout path queries are only supported with the local thread store'
    await expect(manager.resumeThreadFromRollout(path)).rejects.toThrow(text)
    await expect(manager.forkThreadFromRollout(path)).rejects.toThrow(text)
    expect(await (await manager.startThread()).localRolloutPath()).toBeNull()
  })

  test('lead to the thread that is kept in the file, and to no other', async () => {
    let threadId = ''
    let store: ThreadStore | null = null
    const paths: PathReader = {
      readThreadByRolloutPath: async ({ rolloutPath, ...read }) => {
        if (store === null) throw new RangeError('asked too early')
        return { ...(await store.readThread({ ...read, threadId })), rolloutPath }
      },
      localRolloutPath: () => Promise.resolve(path),
    }
    const managed = await managing(echo, { paths })
    const { manager } = managed
    store = managed.store
    const thread = await manager.startThread()
    threadId = thread.threadId
    await thread.run('one')
    const fork = await manager.forkThreadFromRollout(path)
    expect((await fork.readThread()).forkedFromId).toBe(threadId)
    expect(await manager.resumeThreadFromRollout(path)).toBe(thread)
    await expect(manager.resumeThreadFromRollout('/stale.jsonl')).rejects.toThrow(
      `thread ${threadId} is already running with a different rollout path`,
    )
  })
})

interface ThreeTurns extends Managed {
  readonly thread: CodexThread
  readonly threadId: string
  /** Of the second turn. */
  readonly turnId: string
}
