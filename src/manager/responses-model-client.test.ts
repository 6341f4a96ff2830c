import { describe, expect, test } from 'vitest'
import type { Clock } from '../host/clock.js'
import type { JsonObject, JsonValue } from '../protocol/json.js'
import type { ModelEvent, ModelRequest } from './model-client.js'
import { ModelError } from './model-error.js'
import { responsesModelClient, type ResponsesModelOptions } from './responses-model-client.js'

const request: ModelRequest = {
  threadId: '01a20320-6d70-7852-b50d-7785b67ce898',
  model: 'm-1',
  instructions: 'be brief',
  input: [
    {
      type: 'message',
      id: 'msg_0',
      role: 'user',
      content: [{ type: 'input_text', text: 'hello' }],
    },
  ],
  tools: [],
  reasoningEffort: null,
  reasoningSummary: 'auto',
  signal: new AbortController().signal,
}

const completed: JsonValue = {
  type: 'response.completed',
  response: {
    id: 'resp_1',
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 10 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    },
  },
}

const sse = (events: readonly JsonValue[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')

/** A server that gives its answers one after the other, and what it was asked. */
function serving(...answers: readonly (() => Response)[]) {
  const asked: { url: string; body: JsonObject; headers: Record<string, string> }[] = []
  const slept: number[] = []
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) => {
      if (ms >= 60_000) return neverUnless(signal)
      slept.push(ms)
      return Promise.resolve()
    },
  }
  const fetchIt = (url: URL, init: { body: string; headers: Record<string, string> }) => {
    asked.push({
      url: url.href,
      body: JSON.parse(init.body) as JsonObject,
      headers: init.headers,
    })
    const answer = answers[asked.length - 1]
    if (answer === undefined) throw new RangeError('asked too often')
    return Promise.resolve().then(answer)
  }
  const options: ResponsesModelOptions = { clock, fetch: fetchIt as unknown as typeof fetch }
  return { asked, slept, options }
}

async function neverUnless(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error))
  })
}

const ok = (events: readonly JsonValue[]) => () => new Response(sse(events), { status: 200 })
const fails =
  (status: number, error: JsonValue = null, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify({ error }), { status, headers })

async function all(options: ResponsesModelOptions, asking = request): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of responsesModelClient(options).stream(asking)) events.push(event)
  return events
}

async function failure(options: ResponsesModelOptions, asking = request): Promise<ModelError> {
  const reason: unknown = await all(options, asking).catch((error: unknown) => error)
  if (reason instanceof ModelError) return reason
  throw reason
}

describe('a response', () => {
  test('arrives as deltas, items and tokens', async () => {
    const item = {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'hi', annotations: [], logprobs: [] }],
    }
    const { options } = serving(
      ok([
        { type: 'response.created', response: {} },
        { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', delta: 'hm' },
        { type: 'response.output_text.delta', item_id: 'msg_1', delta: 'hi' },
        { type: 'response.output_item.done', item },
        completed,
      ]),
    )
    expect(await all(options)).toEqual([
      { type: 'reasoning-delta', itemId: 'rs_1', delta: 'hm' },
      { type: 'text-delta', itemId: 'msg_1', delta: 'hi' },
      {
        type: 'item',
        item: {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'hi' }],
        },
      },
      {
        type: 'completed',
        responseId: 'resp_1',
        usage: {
          inputTokens: 100,
          cachedInputTokens: 10,
          outputTokens: 20,
          reasoningOutputTokens: 5,
          totalTokens: 120,
        },
      },
    ])
  })

  test('may arrive in any pieces, with comments and events nobody knows', async () => {
    const text = `: ping\n\nevent: response.completed\n${sse([{ type: 'ünknown 🙂' }, completed])}`
    const bytes = new TextEncoder().encode(text)
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const { options } = serving(() => new Response(body, { status: 200 }))
    expect(await all(options)).toMatchObject([{ type: 'completed', responseId: 'resp_1' }])
  })

  test('without usage says that its tokens are not known', async () => {
    const { options } = serving(ok([{ type: 'response.completed', response: { id: 'r' } }]))
    expect(await all(options)).toEqual([{ type: 'completed', responseId: 'r', usage: null }])
  })
})

test('a request carries the whole context, and keeps ids and keys where they belong', async () => {
  const { asked, options } = serving(ok([completed]))
  await all(
    { ...options, baseUrl: 'http://localhost:1/v1/', apiKey: 'sk-secret' },
    {
      ...request,
      reasoningEffort: 'high',
    },
  )
  expect(asked).toMatchObject([
    {
      url: 'http://localhost:1/v1/responses',
      headers: { authorization: 'Bearer sk-secret' },
      body: {
        model: 'm-1',
        instructions: 'be brief',
        input: [{ type: 'message', role: 'user' }],
        reasoning: { effort: 'high', summary: 'auto' },
        store: false,
        stream: true,
        prompt_cache_key: request.threadId,
      },
    },
  ])
  expect(JSON.stringify(asked[0]?.body)).not.toContain('msg_0')
  expect(JSON.stringify(asked[0]?.body)).not.toContain('sk-secret')
})

describe('a request that fails', () => {
  test('for a passing reason is made again, each time after twice as long', async () => {
    const { asked, slept, options } = serving(
      fails(500),
      () => {
        throw new TypeError('fetch failed', { cause: new RangeError('connection refused') })
      },
      fails(503),
      ok([completed]),
    )
    expect(await all(options)).toHaveLength(1)
    expect([asked.length, slept]).toEqual([4, [200, 400, 800]])
  })

  test('waits as long as the server asks for', async () => {
    const { slept, options } = serving(fails(429, null, { 'retry-after': '7' }), ok([completed]))
    await all(options)
    expect(slept).toEqual([7_000])
  })

  test('again and again gives up and says what the server said', async () => {
    const down = fails(500, { message: 'out of order' })
    const { asked, options } = serving(down, down, down)
    const error = await failure({ ...options, requestRetriesMax: 2 })
    expect(error.message).toBe('api.openai.com answered 500: out of order')
    expect([asked.length, error.reason, error.retryable]).toEqual([3, 'server', true])
  })

  test('to reach the server says why', async () => {
    const { options } = serving(() => {
      throw new TypeError('fetch failed', { cause: new RangeError('connection refused') })
    })
    const error = await failure({ ...options, requestRetriesMax: 0, apiKey: 'sk-secret' })
    expect(error.message).toBe('cannot reach api.openai.com: connection refused')
    expect(error.reason).toBe('unreachable')
  })

  test.each([
    [401, null, 'unauthorized'],
    [400, { message: 'no such model' }, 'bad-request'],
    [400, { code: 'context_length_exceeded', message: 'too long' }, 'context-window'],
    [429, { code: 'insufficient_quota', message: 'pay' }, 'quota'],
  ])('with %i %j is not made again: %s', async (status, body, reason) => {
    const { asked, options } = serving(fails(status, body))
    expect((await failure(options)).reason).toBe(reason)
    expect(asked).toHaveLength(1)
  })
})

describe('a stream that breaks', () => {
  test('before the response is complete is disconnected', async () => {
    const { options } = serving(ok([{ type: 'response.created' }]))
    const error = await failure(options)
    expect([error.reason, error.retryable]).toEqual(['disconnected', true])
  })

  test('with an error of the server says which', async () => {
    const message = 'Rate limit reached. Please try again in 1.5s.'
    const error = { code: 'rate_limit_exceeded', message }
    const { options } = serving(ok([{ type: 'response.failed', response: { error } }]))
    expect(await failure(options)).toMatchObject({
      reason: 'rate-limited',
      retryAfterMs: 1_500,
      message,
    })
  })

  test('because the model may not say more is not made again', async () => {
    const details = { incomplete_details: { reason: 'max_output_tokens' } }
    const { options } = serving(ok([{ type: 'response.incomplete', response: details }]))
    const error = await failure(options)
    expect([error.reason, error.retryable]).toEqual(['incomplete', false])
    expect(error.message).toContain('max_output_tokens')
  })

  test('off in the middle is disconnected', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(
          new TypeError('terminated', { cause: new RangeError('other side closed') }),
        )
      },
    })
    const { options } = serving(() => new Response(body))
    expect((await failure(options)).message).toBe('the stream broke: other side closed')
  })

  test('into silence times out', async () => {
    const { options } = serving(() => new Response(new ReadableStream({})))
    const impatient: Clock = { now: () => 0, sleep: () => Promise.resolve() }
    const error = await failure({ ...options, clock: impatient, idleTimeoutMs: 5_000 })
    expect([error.reason, error.message]).toEqual(['timeout', 'the model said nothing for 5000 ms'])
  })
})

test('an aborted request ends with the reason of the signal', async () => {
  const controller = new AbortController()
  const { options } = serving(() => {
    controller.abort(new RangeError('interrupted'))
    return new Response(new ReadableStream({}))
  })
  const events = all(options, { ...request, signal: controller.signal })
  await expect(events).rejects.toThrow('interrupted')
})
