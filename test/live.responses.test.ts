import { expect, onTestFinished, test } from 'vitest'
import { startMockResponses } from '../conformance/flows/mock-responses.js'
import { responsesModelClient, ThreadManager } from '../src/manager/index.js'
import { openMemoryStore } from '../src/stores/memory/memory-thread-store.js'
import { until } from './live/managing.js'

/** A thread whose model is behind HTTP. */
async function overHttp() {
  const server = await startMockResponses()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const manager = new ThreadManager({
    store: openMemoryStore(),
    model: responsesModelClient({ baseUrl: server.baseUrl, apiKey: 'secret' }),
    config: { model: 'mock-model', instructions: 'You are a test agent.' },
    tools: {
      definitions: [],
      run: () => Promise.resolve({ success: true, output: 'tool-output' }),
    },
  })
  return { server, thread: await manager.startThread() }
}

test('a turn runs end to end over the Responses API, tools included', async () => {
  const { server, thread } = await overHttp()
  await thread.run('first question')
  expect(await thread.run('please TOOL')).toMatchObject({
    status: 'completed',
    lastAgentMessage: 'reply to: please TOOL',
  })
  expect(thread.tokenUsage?.total.totalTokens).toBe(360)
  expect(server.requests).toHaveLength(3)
  const last = server.requests.at(-1)?.['input'] as readonly { readonly type: string }[]
  expect(last.map(({ type }) => type)).toEqual([
    'message',
    'message',
    'message',
    'reasoning',
    'function_call',
    'function_call_output',
  ])
})

test('an interrupted turn lets go of its request at once', async () => {
  const { server, thread } = await overHttp()
  const { done } = await thread.submit('SLOW')
  await until(thread, 'user_message')
  await thread.interrupt()
  expect((await done).status).toBe('interrupted')
  expect((await thread.run('next')).lastAgentMessage).toBe('reply to: next')
  expect(server.requests.length).toBeGreaterThan(0)
})
