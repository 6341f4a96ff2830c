import { describe, expect, test } from 'vitest'
import { lastUserText, ModelError, type Script } from '../../src/manager/index.js'
import type { JsonObject } from '../../src/protocol/json.js'
import { echo, historyOf, inputTexts, labels, loaded, until } from './managing.js'

describe('a turn', () => {
  test('shows the model what was said before', async () => {
    const { asked, thread } = await loaded()
    await thread.run('one')
    await thread.run('two')
    expect(inputTexts(asked[1])).toEqual(['one', 'reply to: one', 'two'])
  })

  test('tells listeners first what the thread is and then what happens', async () => {
    const { thread, heard } = await loaded(() => ({
      reasoning: 'hm',
      text: 'two words',
    }))
    await thread.run('hello')
    expect((await heard()).map(({ type }) => type)).toEqual([
      'session_configured',
      'task_started',
      'item_completed',
      'user_message',
      'item_started',
      'reasoning_content_delta',
      'item_completed',
      'agent_reasoning',
      'item_started',
      'agent_message_content_delta',
      'agent_message_content_delta',
      'item_completed',
      'agent_message',
      'token_count',
      'task_complete',
      'shutdown_complete',
    ])
  })

  test('lets the model call tools until it has an answer', async () => {
    const tools = {
      definitions: [{ type: 'function', name: 'add', parameters: {} }],
      run: async (call: { arguments: string }) => ({
        success: true,
        output: `ran ${call.arguments}`,
      }),
    }
    const { asked, store, thread } = await loaded(
      ({ input }) =>
        input.some((item) => item['type'] === 'function_call_output')
          ? { text: 'three' }
          : { calls: [{ name: 'add', arguments: { a: 1 }, callId: 'c1' }] },
      { tools },
    )
    expect((await thread.run('1 + 2')).lastAgentMessage).toBe('three')
    expect(asked[0]?.tools).toEqual(tools.definitions)
    expect(asked[1]?.input.at(-1)).toEqual({
      type: 'function_call_output',
      call_id: 'c1',
      output: 'ran {"a":1}',
    })
    expect(labels(await historyOf(store, thread))).toEqual([
      'task_started',
      'turn_context',
      'message',
      'user_message',
      'function_call',
      'function_call_output',
      'token_count',
      'agent_message',
      'message',
      'token_count',
      'task_complete',
    ])
  })

  test.each([
    [
      'that fails',
      () => Promise.reject(new RangeError('disk on fire')),
      'add failed: disk on fire',
    ],
    ['that nobody has', undefined, 'unsupported call: add'],
  ])('tells the model of a tool %s', async (_case, run, output) => {
    const script: Script = ({ input }) =>
      input.some((item) => item['type'] === 'function_call_output')
        ? { text: 'sorry' }
        : { calls: [{ name: 'add', arguments: {}, callId: 'c1' }] }
    const tools = run && { tools: { definitions: [], run } }
    const { asked, thread } = await loaded(script, tools)
    expect((await thread.run('go')).status).toBe('completed')
    expect(asked[1]?.input.at(-1)).toMatchObject({ output })
  })

  test('counts the tokens of all its responses', async () => {
    const { thread } = await loaded()
    await thread.run('one')
    await thread.run('two')
    expect(thread.tokenUsage?.total.totalTokens).toBe(240)
    expect(thread.tokenUsage?.last.totalTokens).toBe(120)
  })

  test('uses other settings from when it is told to', async () => {
    const { asked, store, thread } = await loaded()
    await thread.run('one', { model: 'other', reasoningEffort: 'high' })
    await thread.run('two')
    expect(asked.map(({ model }) => model)).toEqual(['other', 'other'])
    const { model, reasoningEffort } = await store.readThread({ threadId: thread.threadId })
    expect([model, reasoningEffort]).toEqual(['other', 'high'])
  })

  test('refuses input that says nothing', async () => {
    const { thread } = await loaded()
    await expect(thread.submit('')).rejects.toMatchObject({ reason: 'empty-input' })
    await expect(thread.submit([])).rejects.toMatchObject({ reason: 'empty-input' })
  })

  test('may begin with an image', async () => {
    const { asked, store, thread } = await loaded()
    await thread.run([{ type: 'image', imageUrl: 'data:,' }])
    expect(asked[0]?.input[0]?.['content']).toEqual([{ type: 'input_image', image_url: 'data:,' }])
    expect((await store.readThread({ threadId: thread.threadId })).preview).toBe('[Image]')
  })
})

describe('steering', () => {
  test('joins the running turn and is answered in it', async () => {
    const { asked, store, thread } = await loaded(({ input }) =>
      input.length === 1 ? { text: 'working', hang: false } : { text: 'done' },
    )
    const { turnId, done } = await thread.submit('start')
    expect(await thread.steer('rather this', turnId)).toBe(turnId)
    expect((await done).lastAgentMessage).toBe('done')
    expect(inputTexts(asked.at(-1))).toContain('rather this')
    expect(labels(await historyOf(store, thread)).filter((l) => l === 'task_started')).toHaveLength(
      1,
    )
  })

  test('by submitting joins too', async () => {
    const { thread } = await loaded()
    const first = await thread.submit('one')
    const second = await thread.submit('two')
    expect(second.turnId).toBe(first.turnId)
    expect((await second.done).lastAgentMessage).toBe('reply to: two')
  })

  test('needs a running turn, and the one it means', async () => {
    const { thread } = await loaded()
    await expect(thread.steer('x')).rejects.toThrow('no active turn to steer')
    const { turnId, done } = await thread.submit('one')
    await expect(thread.steer('x', 'another')).rejects.toThrow(
      `expected active turn id \`another\` but found \`${turnId}\``,
    )
    await done
  })

  test('cannot reach a compaction', async () => {
    const { thread } = await loaded()
    const { done } = await thread.compact()
    await expect(thread.steer('x')).rejects.toMatchObject({ reason: 'turn-not-steerable' })
    await done
  })
})

describe('interrupting', () => {
  test('ends the turn and tells the model next time', async () => {
    const hangs: Script = (request) =>
      lastUserText(request) === 'slow' ? { text: 'half', hang: true } : echo(request)
    const { asked, store, thread } = await loaded(hangs)
    const { turnId } = await thread.submit('slow')
    await until(thread, 'agent_message')
    const outcome = await thread.interrupt()
    expect(outcome).toEqual({
      turnId,
      status: 'interrupted',
      lastAgentMessage: null,
      error: null,
    })
    await thread.run('next')
    expect(inputTexts(asked[1])).toEqual([
      'slow',
      'half',
      expect.stringMatching(/^<turn_aborted>/),
      'next',
    ])
    expect(labels(await historyOf(store, thread)).slice(0, 8)).toEqual([
      'task_started',
      'turn_context',
      'message',
      'user_message',
      'agent_message',
      'message',
      'message',
      'turn_aborted',
    ])
  })

  test('keeps what was said while the turn was ending', async () => {
    const { store, thread } = await loaded(() => ({ hang: true }))
    await thread.submit('slow')
    await until(thread, 'user_message')
    await thread.steer('and this')
    await thread.interrupt()
    const said = (await historyOf(store, thread)).map(
      ({ payload }) => (payload as JsonObject)['message'],
    )
    expect(said).toContain('and this')
  })

  test('does not wait for a tool that goes on', async () => {
    const tools = { definitions: [], run: () => new Promise<never>(() => {}) }
    const { thread } = await loaded(
      () => ({ calls: [{ name: 'f', arguments: {}, callId: 'c' }] }),
      { tools },
    )
    await thread.submit('go')
    await until(thread, 'dynamic_tool_call_request')
    expect((await thread.interrupt())?.status).toBe('interrupted')
  })

  test('answers calls that got no output, so that the model can go on', async () => {
    const tools = { definitions: [], run: () => new Promise<never>(() => {}) }
    const script: Script = (request) =>
      lastUserText(request) === 'go'
        ? { calls: [{ name: 'f', arguments: {}, callId: 'c' }] }
        : echo(request)
    const { asked, thread } = await loaded(script, { tools })
    await thread.submit('go')
    await until(thread, 'dynamic_tool_call_request')
    await thread.interrupt()
    await thread.run('next')
    expect(asked[1]?.input[2]).toEqual({
      type: 'function_call_output',
      call_id: 'c',
      output: 'aborted',
    })
  })

  test('nothing is nothing', async () => {
    const { thread } = await loaded()
    expect(await thread.interrupt()).toBeNull()
  })
})

describe('a model', () => {
  test('whose stream breaks is asked again, with what it had said', async () => {
    let tries = 0
    const { asked, thread, heard } = await loaded(() => {
      tries += 1
      const failure = new ModelError('disconnected', 'cut off')
      return tries === 1 ? { text: 'half', failure } : { text: 'whole' }
    })
    expect((await thread.run('hello')).lastAgentMessage).toBe('whole')
    expect(inputTexts(asked[1])).toEqual(['hello', 'half'])
    const [error] = (await heard()).filter(({ type }) => type === 'stream_error')
    expect(error).toMatchObject({ message: 'Reconnecting... 1/5', additional_details: 'cut off' })
  })

  test('that fails for good ends the turn, and the thread goes on', async () => {
    const { store, thread, heard } = await loaded((request) => {
      if (lastUserText(request) !== 'bad') return echo(request)
      return { failure: new ModelError('bad-request', 'no such model') }
    })
    const outcome = await thread.run('bad')
    expect(outcome).toMatchObject({ status: 'failed', error: { message: 'no such model' } })
    expect((await thread.run('good')).status).toBe('completed')
    expect(labels(await historyOf(store, thread)).slice(0, 5)).toEqual([
      'task_started',
      'turn_context',
      'message',
      'user_message',
      'task_complete',
    ])
    const error = { type: 'error', message: 'no such model', codex_error_info: 'bad_request' }
    expect(await heard()).toContainEqual(error)
  })

  test('is given up on after five broken streams', async () => {
    const { asked, thread } = await loaded(() => ({
      failure: new ModelError('disconnected', 'cut off'),
    }))
    expect(await thread.run('hello')).toMatchObject({ status: 'failed' })
    expect(asked).toHaveLength(6)
  })
})

test('injected items are stored and shown to the model', async () => {
  const { asked, store, thread } = await loaded()
  const item = {
    type: 'message',
    role: 'developer',
    content: [{ type: 'input_text', text: 'psst' }],
  }
  await thread.injectResponseItems([item])
  await expect(thread.injectResponseItems([])).rejects.toThrow('items must not be empty')
  await thread.run('hello')
  expect(inputTexts(asked[0])).toEqual(['psst', 'hello'])
  expect((await historyOf(store, thread))[0]?.payload).toEqual(item)
})
