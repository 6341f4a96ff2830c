import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type JsonObject, type JsonValue, isJsonObject, textAt } from '../../src/protocol/json.js'
import { type Clock, systemClock } from '../../src/host/clock.js'
import { parseJson } from '../../src/protocol/parse-json.js'

/** A model that answers on loopback, in the manner of the Responses API. */
export interface MockResponses extends AsyncDisposable {
  /** Ends in `/v1`. */
  readonly baseUrl: string
  /** The bodies it was sent, oldest first. */
  readonly requests: readonly JsonObject[]
}

/** What every answer reports, so that totals can be told in advance. */
const usage: JsonObject = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 10 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 120,
}

const SLOW_MS = 8_000

/**
 * Starts a mock model. It answers `reply to: <the last thing the user said>`. A message with `TOOL`
 * makes it think, then run `echo tool-output`, then answer; one with `SLOW` makes it wait, one with
 * `STREAM` say its answer in pieces first, one with `FAIL` refuse, one with `RECALL` tell everything
 * that was said before, from what it was shown.
 */
export async function startMockResponses(clock: Clock = systemClock): Promise<MockResponses> {
  const requests: JsonObject[] = []
  const stopping = new AbortController()
  const server = createServer((request, response) => {
    answer(request, response, { requests, clock, stopped: stopping.signal }).catch(() =>
      response.destroy(),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await stop(server)
    },
  }
}

interface Answering {
  readonly requests: JsonObject[]
  readonly clock: Clock
  readonly stopped: AbortSignal
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { requests, clock, stopped }: Answering,
): Promise<void> {
  const body = parseJson(await text(request))
  if (request.method !== 'POST' || !request.url?.endsWith('/responses') || !isJsonObject(body)) {
    response.writeHead(404).end()
    return
  }
  requests.push(body)
  const number = requests.length
  const said = lastUserText(body['input'])
  if (said.includes('FAIL')) {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"refused by the mock"}}')
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (event: { readonly type: string } & JsonObject): void => {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  send({ type: 'response.created', response: { id: `resp_${number}` } })
  if (said.includes('SLOW')) await clock.sleep(SLOW_MS, stopped)
  for (const item of outputOf(said, body['input'], number)) {
    if (said.includes('STREAM')) sendPieces(item, send)
    send({ type: 'response.output_item.done', item })
  }
  send({ type: 'response.completed', response: { id: `resp_${number}`, usage } })
  response.end()
}

/** An item as it grows, word by word. */
function sendPieces(
  item: JsonObject,
  send: (event: { readonly type: string } & JsonObject) => void,
): void {
  const [part] = item['content'] as readonly JsonObject[]
  const { text: whole } = part as { readonly text: string }
  send({ type: 'response.output_item.added', item: { ...item, content: [] } })
  for (const delta of whole.match(/\S+\s*/g) ?? []) {
    send({ type: 'response.output_text.delta', item_id: item['id'] ?? '', delta })
  }
}

function outputOf(said: string, input: JsonValue | undefined, number: number): JsonObject[] {
  if (said.includes('TOOL') && !endsWithToolOutput(input)) {
    const summary = [{ type: 'summary_text', text: 'thinking about it' }]
    return [
      { type: 'reasoning', id: `rs_${number}`, summary, encrypted_content: 'c2VjcmV0' },
      {
        type: 'function_call',
        id: `fc_${number}`,
        call_id: `call_${number}`,
        name: 'exec_command',
        arguments: JSON.stringify({ cmd: 'echo tool-output' }),
      },
    ]
  }
  const answered = said.includes('RECALL') ? recalled(input) : `reply to: ${said}`
  const content = [{ type: 'output_text', text: answered }]
  return [{ type: 'message', role: 'assistant', id: `msg_${number}`, content }]
}

function endsWithToolOutput(input: JsonValue | undefined): boolean {
  const last = Array.isArray(input) ? (input.at(-1) as JsonValue) : undefined
  return isJsonObject(last) && last['type'] === 'function_call_output'
}

/** Everything that was said before the last message, by whomever. */
function recalled(input: JsonValue | undefined): string {
  return textsOf(input, ['user', 'assistant']).slice(0, -1).join(' | ')
}

/** The last user message that is not context the agent put there itself. */
function lastUserText(input: JsonValue | undefined): string {
  return textsOf(input, ['user']).at(-1) ?? ''
}

/** What was said by these, without context that an agent put there itself. */
function textsOf(input: JsonValue | undefined, roles: readonly string[]): string[] {
  const messages = Array.isArray(input) ? (input as readonly JsonValue[]) : []
  return messages.flatMap((message) => {
    if (!isJsonObject(message) || !roles.includes(textAt(message, 'role') ?? '')) return []
    const [part] = Array.isArray(message['content']) ? (message['content'] as JsonValue[]) : []
    const said = isJsonObject(part) ? textAt(part, 'text') : null
    return said === null || said.startsWith('<') ? [] : [said]
  })
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => {
    server.close(resolve)
  })
  server.closeAllConnections()
  await closed
}
