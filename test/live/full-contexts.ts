import { describe, expect, test } from 'vitest'
import { lastUserText, ModelError, type Script } from '../../src/manager/index.js'
import { echo, historyOf, inputTexts, labels, loaded, managing } from './managing.js'

/** The scripted model counts 120 tokens for every response. */
const nearlyFull = { config: { model: 'scripted', contextWindow: 130 } }

const summing: Script = (request) =>
  lastUserText(request).startsWith('Summarise') ? { text: 'so far' } : echo(request)

const summary: unknown = expect.stringMatching(/so far$/)

/** What a legacy turn begins with, and what it says of a compaction, as Codex 0.131 writes them. */
const turnBegins = ['turn_context', 'message', 'user_message']
const compacts = ['token_count', 'compacted', 'token_count', 'context_compacted']
const turnEnds = ['agent_message', 'message', 'token_count', 'task_complete']

describe('a context that is nearly full', () => {
  test('is compacted at the beginning of the next turn', async () => {
    const { asked, store, thread } = await loaded(summing, nearlyFull)
    await thread.run('one')
    expect((await thread.run('two')).lastAgentMessage).toBe('reply to: two')
    expect(asked.map(inputTexts)[2]).toEqual(['one', summary, 'two'])
    expect(labels(await historyOf(store, thread))).toEqual([
      'task_started',
      ...turnBegins,
      ...turnEnds,
      'task_started',
      ...compacts,
      ...turnBegins,
      ...turnEnds,
    ])
  })

  test('is compacted in the middle of a turn that goes on', async () => {
    const calling: Script = (request) =>
      lastUserText(request) === 'go'
        ? { calls: [{ name: 'f', arguments: {}, callId: 'c' }] }
        : summing(request)
    const { asked, store, thread } = await loaded(calling, nearlyFull)
    expect((await thread.run('go')).status).toBe('completed')
    expect(asked.map(inputTexts)[2]).toEqual(['go', summary])
    expect(labels(await historyOf(store, thread))).toEqual([
      'task_started',
      ...turnBegins,
      'function_call',
      'function_call_output',
      'token_count',
      'token_count',
      'compacted',
      // The turn says once more what it works with.
      'turn_context',
      'token_count',
      'context_compacted',
      ...turnEnds,
    ])
  })

  test('says what a paginated turn works with in the compaction', async () => {
    const { manager, store } = await managing(summing, nearlyFull)
    const thread = await manager.startThread({ historyMode: 'paginated' })
    await thread.run('one')
    await thread.run('two')
    const told = labels(await historyOf(store, thread))
    const compaction = told.indexOf('compacted')
    expect(told.slice(compaction)).toEqual([
      'compacted',
      'turn_context',
      'thread_settings_applied',
      'token_count',
      'item_completed',
      'message',
      'item_completed',
      'item_completed',
      'message',
      'token_usage_record',
      'token_count',
      'task_complete',
    ])
  })

  test('is known to be so when the thread is resumed', async () => {
    const { thread, restarted } = await loaded(summing, nearlyFull)
    await thread.run('one')
    await thread.shutdown()
    const next = await restarted()
    await (await next.manager.resumeThread(thread.threadId, nearlyFull)).run('two')
    expect(next.asked.map(inputTexts)[1]).toEqual(['one', summary, 'two'])
  })

  test('counts what the model was not shown yet', async () => {
    const { asked, thread } = await loaded(summing, {
      config: { model: 'scripted', contextWindow: 1_000 },
    })
    await thread.run('one')
    const text = 'x'.repeat(4_000)
    await thread.injectResponseItems([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    ])
    await thread.run('two')
    expect(asked.map(inputTexts)[2]?.slice(-2)).toEqual([summary, 'two'])
  })

  test('is compacted where the host says', async () => {
    const { asked, thread } = await loaded(summing, {
      config: { model: 'scripted', contextWindow: 1_000_000, autoCompactTokens: 120 },
    })
    await thread.run('one')
    await thread.run('two')
    expect(asked.map(inputTexts)[2]).toEqual(['one', summary, 'two'])
  })
})

describe('a context that is too long for the model', () => {
  test('fails the turn and is compacted at the beginning of the next', async () => {
    let tooLong = true
    const { asked, thread } = await loaded((request) => {
      if (tooLong) return { failure: new ModelError('context-window', 'too long') }
      return summing(request)
    })
    expect((await thread.run('one')).status).toBe('failed')
    tooLong = false
    expect((await thread.run('two')).lastAgentMessage).toBe('reply to: two')
    expect(asked.map(inputTexts)[2]).toEqual(['one', summary, 'two'])
    await thread.run('three')
    expect(asked).toHaveLength(4)
  })
})

test('a context of a model whose window nobody knows is left alone', async () => {
  const { asked, thread } = await loaded(summing)
  await thread.run('one')
  await thread.run('two')
  expect(asked.map(inputTexts)[1]).toEqual(['one', 'reply to: one', 'two'])
})
