import type { JsonObject } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { ModelClient, ModelEvent, ModelRequest } from './model-client.js'
import type { ModelError } from './model-error.js'

/** A function the scripted model calls. */
export interface ScriptedCall {
  readonly name: string
  readonly arguments: JsonObject
  readonly callId: string
}

/** What a scripted model answers to one request. */
export interface ScriptedReply {
  readonly reasoning?: string
  readonly text?: string
  readonly calls?: readonly ScriptedCall[]
  /** @defaultValue 100 tokens in, 20 out */
  readonly usage?: TokenUsage | null
  readonly rateLimits?: JsonObject
  /** Say everything else, then never finish: the turn ends when it is interrupted. */
  readonly hang?: boolean
  /** Say everything else, then fail. */
  readonly failure?: ModelError
}

export type Script = (request: ModelRequest) => ScriptedReply

const usageOfReply: TokenUsage = {
  inputTokens: 100,
  cachedInputTokens: 10,
  outputTokens: 20,
  reasoningOutputTokens: 5,
  totalTokens: 120,
}

/** A model for tests and examples: `script` is asked for every reply. */
export function scriptedModelClient(script: Script): ModelClient {
  let responses = 0
  async function* stream(request: ModelRequest): AsyncIterable<ModelEvent> {
    responses += 1
    const responseId = `resp_${responses}`
    const reply = script(request)
    const { reasoning, text, calls = [], rateLimits, usage = usageOfReply } = reply
    if (rateLimits) yield { type: 'rate-limits', rateLimits }
    if (reasoning !== undefined) {
      const itemId = `rs_${responseId}`
      yield { type: 'reasoning-delta', itemId, delta: reasoning }
      yield { type: 'item', item: reasoningItem(reasoning, itemId) }
    }
    if (text !== undefined) {
      const itemId = `msg_${responseId}`
      for (const delta of words(text)) yield { type: 'text-delta', itemId, delta }
      yield { type: 'item', item: messageItem(text, itemId) }
    }
    for (const call of calls) yield { type: 'item', item: callItem(call) }
    if (reply.hang) await abortion(request.signal)
    request.signal.throwIfAborted()
    if (reply.failure) throw reply.failure
    yield { type: 'completed', responseId, usage }
  }
  return { stream }
}

/** The text of the newest user message of a request: what most scripts decide by. */
export function lastUserText(request: ModelRequest): string {
  const message = request.input.findLast((item) => item['role'] === 'user')
  const content = message?.['content']
  const parts: readonly unknown[] = Array.isArray(content) ? content : []
  return parts
    .map((part) => (part as JsonObject)['text'])
    .filter((text) => typeof text === 'string')
    .join('')
}

function words(text: string): readonly string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

function messageItem(text: string, id: string): JsonObject {
  return { type: 'message', id, role: 'assistant', content: [{ type: 'output_text', text }] }
}

function reasoningItem(text: string, id: string): JsonObject {
  return {
    type: 'reasoning',
    id,
    summary: [{ type: 'summary_text', text }],
    content: null,
    encrypted_content: 'AAAA',
  }
}

function callItem(call: ScriptedCall): JsonObject {
  return {
    type: 'function_call',
    name: call.name,
    arguments: JSON.stringify(call.arguments),
    call_id: call.callId,
  }
}

async function abortion(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}
