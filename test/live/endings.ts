import { describe, expect, test } from 'vitest'
import { lastUserText, ModelError, type Script } from '../../src/manager/index.js'
import type { JsonObject } from '../../src/protocol/json.js'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { echo, historyOf, inputTexts, labels, loaded, until } from './managing.js'

describe('a rollback', () => {
  test('takes turns back from history and model, behind a marker', async () => {
    const { asked, store, thread } = await loaded()
    await thread.run('one')
    await thread.run('two')
    await thread.rollback(1)
    await thread.run('three')
    expect(inputTexts(asked[2])).toEqual(['one', 'reply to: one', 'three'])
    expect(labels(await historyOf(store, thread)).slice(-11, -7)).toEqual([
      'task_complete',
      'token_count',
      'thread_rolled_back',
      'task_started',
    ])
    const { turns } = await store.listTurns({ threadId: thread.threadId, pageSize: 9 })
    expect(turns).toHaveLength(2)
  })

  test('keeps the total of tokens and estimates the rest', async () => {
    const { thread } = await loaded()
    await thread.run('one')
    await thread.rollback(1)
    expect(thread.tokenUsage?.total.totalTokens).toBe(120)
    expect(thread.tokenUsage?.last.totalTokens).toBe(0)
  })

  test('is refused while another one runs', async () => {
    const { thread } = await loaded()
    await thread.run('one')
    const first = thread.rollback(1)
    await expect(thread.rollback(1)).rejects.toMatchObject({ reason: 'rollback-running' })
    await first
    await thread.run('again')
    await expect(thread.rollback(1)).resolves.toBeUndefined()
  })

  test('is refused while a turn runs, and for no turns', async () => {
    const { thread } = await loaded(() => ({ hang: true }))
    await thread.submit('slow')
    await expect(thread.rollback(1)).rejects.toMatchObject({ reason: 'turn-running' })
    await thread.interrupt()
    await expect(thread.rollback(0)).rejects.toThrow('num_turns must be >= 1')
    await expect(thread.rollback(1.5)).rejects.toThrow('num_turns must be >= 1')
  })
})

describe('a compaction', () => {
  const summing: Script = (request) =>
    lastUserText(request).startsWith('Summarise') ? { text: 'they spoke' } : echo(request)

  test('puts a summary in the place of the context', async () => {
    const { asked, store, thread } = await loaded(summing)
    await thread.run('one')
    await (
      await thread.compact()
    ).done
    await thread.run('two')
    expect(inputTexts(asked[2])).toEqual(['one', expect.stringMatching(/\nthey spoke$/), 'two'])
    expect(labels(await historyOf(store, thread)).slice(8, 14)).toEqual([
      'task_started',
      'token_count',
      'compacted',
      'token_count',
      'context_compacted',
      'task_complete',
    ])
  })

  test('that is resumed shows the model the same', async () => {
    const { asked, store, manager, thread } = await loaded(summing)
    await thread.run('one')
    await (
      await thread.compact()
    ).done
    await thread.run('two')
    await thread.shutdown()
    const again = await manager.resumeThread(thread.threadId)
    await again.run('three')
    expect(inputTexts(asked[3])).toEqual([...inputTexts(asked[2]), 'reply to: two', 'three'])
    expect((await store.readThread({ threadId: thread.threadId })).preview).toBe('one')
  })

  test('of what is too long leaves out the oldest', async () => {
    const { asked, thread } = await loaded((request) => {
      if (!lastUserText(request).startsWith('Summarise')) return echo(request)
      const failure = new ModelError('context-window', 'too long')
      return request.input.length > 2 ? { failure } : { text: 'short' }
    })
    await thread.run('one')
    expect((await (await thread.compact()).done).status).toBe('completed')
    expect(inputTexts(asked.at(-1))[0]).toBe('reply to: one')
  })

  test('that fails changes nothing', async () => {
    const { asked, thread } = await loaded((request) =>
      lastUserText(request).startsWith('Summarise')
        ? { failure: new ModelError('bad-request', 'no') }
        : echo(request),
    )
    await thread.run('one')
    expect((await (await thread.compact()).done).status).toBe('failed')
    await thread.run('two')
    expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'two'])
  })
})

describe('a review', () => {
  const found = {
    findings: [{ title: 'Off by one', body: 'The last item is lost.' }],
    overall_correctness: 'patch is incorrect',
    overall_explanation: 'One defect.',
    overall_confidence_score: 0.9,
  }
  const reviewing: Script = (request) =>
    request.instructions.startsWith('You review')
      ? { text: `Here it is: ${JSON.stringify(found)}` }
      : echo(request)

  test('is done by somebody else, and what was found stands in the thread', async () => {
    const { asked, store, thread } = await loaded(reviewing)
    const { done } = await thread.review({ type: 'custom', instructions: ' look at it ' })
    expect((await done).lastAgentMessage).toBe(
      'One defect.\n\n- Off by one\n  The last item is lost.',
    )
    expect(inputTexts(asked[0])).toEqual(['look at it'])
    expect(asked[0]?.threadId).not.toBe(thread.threadId)
    const items = await historyOf(store, thread)
    expect(labels(items)).toEqual([
      'task_started',
      'entered_review_mode',
      'user_message',
      'message',
      'exited_review_mode',
      'agent_message',
      'message',
      'task_complete',
    ])
    expect(items[4]?.payload).toMatchObject({ review_output: found })
  })

  test('leaves a thread of its own that says what it was for', async () => {
    const { store, manager, thread } = await loaded(reviewing)
    await (
      await thread.review({ type: 'uncommittedChanges' })
    ).done
    const { items } = await store.listThreads({ pageSize: 9 })
    const reviewer = items.find(({ threadId }) => threadId !== thread.threadId)
    expect(reviewer).toMatchObject({
      source: { subagent: 'review' },
      threadSource: 'subagent',
      parentThreadId: thread.threadId,
    })
    expect(manager.listThreadIds()).toEqual([thread.threadId])
  })

  test('that is not answered in form is an explanation', async () => {
    const { store, thread } = await loaded(() => ({ text: 'looks fine' }))
    await (
      await thread.review({ type: 'baseBranch', branch: 'main' })
    ).done
    const exited = (await historyOf(store, thread)).find(
      ({ payload }) => (payload as JsonObject)['type'] === 'exited_review_mode',
    )
    expect(exited?.payload).toMatchObject({
      review_output: { findings: [], overall_explanation: 'looks fine' },
    })
  })

  test.each([
    { type: 'baseBranch', branch: ' ' },
    { type: 'commit', sha: '' },
    { type: 'custom', instructions: '\n' },
  ] as const)('of nothing is refused: $type', async (target) => {
    const { thread } = await loaded()
    await expect(thread.review(target)).rejects.toThrow(/must not be empty/)
  })

  test('can be interrupted', async () => {
    const { store, thread } = await loaded(() => ({ hang: true }))
    const { done } = await thread.review({ type: 'uncommittedChanges' })
    await until(thread, 'entered_review_mode')
    await thread.interrupt()
    expect((await done).status).toBe('interrupted')
    expect(labels(await historyOf(store, thread)).at(-1)).toBe('turn_aborted')
  })
})

describe('shutting down', () => {
  test('ends the running turn and lets the writer go', async () => {
    const { store, thread } = await loaded(() => ({ hang: true }))
    const { done } = await thread.submit('slow')
    await thread.shutdown()
    expect((await done).status).toBe('interrupted')
    await expect(store.resumeThread({ threadId: thread.threadId })).resolves.toBeUndefined()
    await expect(thread.submit('x')).rejects.toMatchObject({ reason: 'stopped' })
    expect(thread.isRunning).toBe(false)
  })

  test('twice is once', async () => {
    const { thread, heard } = await loaded()
    await Promise.all([thread.shutdown(), thread.shutdown()])
    expect((await heard()).filter(({ type }) => type === 'shutdown_complete')).toHaveLength(1)
  })

  test('that failed can be done again', async () => {
    let stuck = true
    const wrap = (store: ThreadStore): ThreadStore => ({
      ...store,
      shutdownThread: (params) =>
        stuck ? Promise.reject(new RangeError('stuck')) : store.shutdownThread(params),
    })
    const { thread } = await loaded(echo, { wrap })
    await expect(thread.shutdown()).rejects.toThrow('stuck')
    expect(thread.isRunning).toBe(false)
    stuck = false
    await expect(thread.shutdown()).resolves.toBeUndefined()
  })

  test('lets the manager forget the thread, which can be forked and resumed', async () => {
    const { manager, thread } = await loaded()
    await thread.run('hello')
    await thread.shutdown()
    expect(manager.listThreadIds()).toEqual([])
    expect(() => manager.getThread(thread.threadId)).toThrow('not found')
    await expect(manager.forkThread(thread.threadId)).resolves.toBeDefined()
    expect(await manager.resumeThread(thread.threadId)).not.toBe(thread)
  })
})

describe('a store', () => {
  /** Makes a store refuse what it is told to. */
  function failing() {
    const refused = new Set<'appendItems' | 'flushThread' | 'updateThreadMetadata'>()
    const away = (): Promise<never> => {
      const reason = { reason: 'unavailable' } as const
      return Promise.reject(new ThreadStoreError('RETRYABLE', 'the store is away', reason))
    }
    const wrap = (store: ThreadStore): ThreadStore => ({
      ...store,
      appendItems: (params) => (refused.has('appendItems') ? away() : store.appendItems(params)),
      flushThread: (params) => (refused.has('flushThread') ? away() : store.flushThread(params)),
      updateThreadMetadata: (params) =>
        refused.has('updateThreadMetadata') ? away() : store.updateThreadMetadata(params),
    })
    return { wrap, refused }
  }

  test('that is away fails the turn: nothing is shown that is not stored', async () => {
    const { wrap, refused } = failing()
    const { asked, thread, heard } = await loaded(echo, { wrap })
    refused.add('appendItems')
    expect(await thread.run('lost')).toMatchObject({
      status: 'failed',
      error: { message: 'the store is away' },
    })
    refused.clear()
    await thread.run('kept')
    expect(asked.map(inputTexts)).toEqual([['kept']])
    const types = (await heard()).map(({ type }) => type)
    expect(types.slice(0, 4)).toEqual([
      'session_configured',
      'error',
      'task_complete',
      'task_started',
    ])
    expect(types.filter((type) => type === 'user_message')).toHaveLength(1)
  })

  test('that cannot flush fails a turn that ends all the same, once', async () => {
    const { wrap, refused } = failing()
    const { store, thread, heard } = await loaded(echo, { wrap })
    refused.add('flushThread')
    expect(await thread.run('hello')).toMatchObject({ status: 'failed' })
    refused.clear()
    expect(labels(await historyOf(store, thread)).filter((l) => l === 'task_complete')).toEqual([
      'task_complete',
    ])
    expect((await heard()).map(({ type }) => type).slice(-3)).toEqual([
      'task_complete',
      'error',
      'shutdown_complete',
    ])
  })

  test('that only takes no patches is a warning, and the turn goes on', async () => {
    const { wrap, refused } = failing()
    const { store, thread, heard } = await loaded(echo, { wrap })
    refused.add('updateThreadMetadata')
    expect((await thread.run('hello')).status).toBe('completed')
    refused.clear()
    expect((await heard()).some(({ type }) => type === 'warning')).toBe(true)
    expect((await store.readThread({ threadId: thread.threadId })).preview).toBe('hello')
  })
})
