import { EventSourceParserStream } from 'eventsource-parser/stream'
import { type Clock, systemClock } from '../host/clock.js'
import type { JsonObject } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import { backoffMs } from './backoff.js'
import type { ModelClient, ModelEvent, ModelRequest } from './model-client.js'
import { ModelError } from './model-error.js'
import { failureOfStatus, readServerEvent } from './responses-events.js'
import { unlessAborted } from './unless-aborted.js'

/** How to reach a Responses API. */
export interface ResponsesModelOptions {
  /** Everything before `/responses`. @defaultValue `https://api.openai.com/v1` */
  readonly baseUrl?: string
  /** Sent as a bearer token; never part of a message. */
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Tries after the first that are made to begin a stream. @defaultValue 4 */
  readonly requestRetriesMax?: number
  /** How long the server may say nothing. @defaultValue five minutes */
  readonly idleTimeoutMs?: number
  readonly clock?: Clock
  /** @defaultValue the global one */
  readonly fetch?: typeof fetch
}

const REQUEST_RETRIES_MAX = 4
const IDLE_TIMEOUT_MS = 300_000
/** Of one server event, and of the body of an error. */
const EVENT_CHARS_MAX = 64 * 1024 * 1024
const ERROR_BODY_CHARS_MAX = 2_000

/**
 * A model behind the OpenAI Responses API, streaming. Failures to begin a stream are tried again
 * here; a stream that breaks is for the turn to repeat, which knows what of it was stored.
 */
export function responsesModelClient(options: ResponsesModelOptions = {}): ModelClient {
  return { stream: (request) => streamResponse(options, request) }
}

async function* streamResponse(
  options: ResponsesModelOptions,
  request: ModelRequest,
): AsyncIterable<ModelEvent> {
  const body = await begin(options, request)
  for await (const { data } of serverEvents(body, options, request.signal)) {
    const event = readServerEvent(parseJson(data))
    if (event === null) continue
    yield event
    if (event.type === 'completed') return
  }
  request.signal.throwIfAborted()
  throw new ModelError('disconnected', 'the stream ended before the response was completed')
}

/** Opens the stream, trying again while that may help. */
async function begin(
  options: ResponsesModelOptions,
  request: ModelRequest,
): Promise<ReadableStream<Uint8Array>> {
  const { clock = systemClock, requestRetriesMax = REQUEST_RETRIES_MAX } = options
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post(options, request)
    } catch (reason) {
      request.signal.throwIfAborted()
      const again = reason instanceof ModelError && reason.retryable && attempt <= requestRetriesMax
      if (!again) throw reason
      await clock.sleep(backoffMs(attempt, reason.retryAfterMs), request.signal)
    }
  }
}

async function post(
  options: ResponsesModelOptions,
  request: ModelRequest,
): Promise<ReadableStream<Uint8Array>> {
  const { baseUrl = 'https://api.openai.com/v1', apiKey, headers, fetch: fetchIt = fetch } = options
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/responses`)
  const init = {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(requestBody(request)),
    signal: request.signal,
  }
  const response = await fetchIt(url, init).catch((cause: unknown) => {
    const text = cause instanceof Error ? causeOf(cause) : String(cause)
    throw new ModelError('unreachable', `cannot reach ${url.host}: ${text}`, { cause })
  })
  if (response.ok && response.body !== null) return response.body
  // A body that breaks off says nothing, and the status says enough.
  const text = (await response.text().catch(() => '')).slice(0, ERROR_BODY_CHARS_MAX)
  throw failureOfStatus(url.host, response.status, response.headers.get('retry-after'), text)
}

/** The Responses API keeps nothing for us: the whole context goes along, without item ids. */
function requestBody(request: ModelRequest): JsonObject {
  const { model, instructions, tools, threadId } = request
  return {
    model,
    instructions,
    input: request.input.map(({ id: _id, ...item }) => item),
    tools,
    tool_choice: 'auto',
    parallel_tool_calls: true,
    ...reasoning(request),
    include: ['reasoning.encrypted_content'],
    store: false,
    stream: true,
    prompt_cache_key: threadId,
  }
}

/** Only models that reason accept to be told how. */
function reasoning({ reasoningEffort, reasoningSummary }: ModelRequest): JsonObject {
  if (reasoningEffort === null) return {}
  const summary = reasoningSummary === 'none' ? {} : { summary: reasoningSummary }
  return { reasoning: { effort: reasoningEffort, ...summary } }
}

interface ServerEvent {
  readonly data: string
}

async function* serverEvents(
  body: ReadableStream<Uint8Array>,
  options: ResponsesModelOptions,
  signal: AbortSignal,
): AsyncIterable<ServerEvent> {
  const { clock = systemClock, idleTimeoutMs = IDLE_TIMEOUT_MS } = options
  const reader = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: EVENT_CHARS_MAX }))
    .getReader()
  try {
    for (;;) {
      const next = (): ReturnType<typeof reader.read> => within(clock, idleTimeoutMs, reader.read())
      const { done, value } = await unlessAborted(next, signal)
      if (done) return
      yield value
    }
  } catch (reason) {
    signal.throwIfAborted()
    if (reason instanceof ModelError) throw reason
    const text = reason instanceof Error ? causeOf(reason) : String(reason)
    throw new ModelError('disconnected', `the stream broke: ${text}`, { cause: reason })
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const timeout = clock.sleep(ms, timer.signal).then(() => {
    throw new ModelError('timeout', `the model said nothing for ${ms} ms`)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    timeout.catch(() => {})
    timer.abort()
  }
}

/** `fetch` says "fetch failed" and keeps the reason to itself. */
function causeOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
