import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import { parseJson } from '../protocol/parse-json.js'
import type { ModelEvent } from './model-client.js'
import { ModelError, type ModelErrorReason } from './model-error.js'

/** What an event of the Responses API means to us; `null` for those that mean nothing. */
export function readServerEvent(event: JsonValue | undefined): ModelEvent | null {
  if (!isJsonObject(event)) return null
  const response = objectAt(event, 'response')
  switch (textAt(event, 'type') ?? '') {
    case 'response.output_text.delta':
      return { type: 'text-delta', ...deltaOf(event) }
    case 'response.reasoning_summary_text.delta':
      return { type: 'reasoning-delta', ...deltaOf(event) }
    case 'response.output_item.done':
      return { type: 'item', item: canonicalItem(objectAt(event, 'item')) }
    case 'response.completed':
      return {
        type: 'completed',
        responseId: textAt(response, 'id') ?? '',
        usage: readUsage(response),
      }
    case 'response.failed':
      throw failureOf(objectAt(response, 'error'))
    case 'response.incomplete': {
      const why = textAt(objectAt(response, 'incomplete_details'), 'reason')
      throw new ModelError('incomplete', `the model stopped before the end: ${why ?? 'unknown'}`)
    }
    case 'error':
      throw failureOf(isJsonObject(event['error']) ? event['error'] : event)
    default:
      return null
  }
}

function deltaOf(event: JsonObject): { readonly itemId: string; readonly delta: string } {
  return { itemId: textAt(event, 'item_id') ?? '', delta: textAt(event, 'delta') ?? '' }
}

/** The failure a status and its body stand for. */
export function failureOfStatus(
  host: string,
  status: number,
  retryAfter: string | null,
  body: string,
): ModelError {
  const error = objectAt(objectOf(parseJson(body)), 'error')
  const said = textAt(error, 'message') || body.trim() || 'no reason given'
  const retryAfterMs = retryAfter !== null && /^\d+$/.test(retryAfter) ? +retryAfter * 1000 : null
  const reason = reasonOfCode(textAt(error, 'code')) ?? reasonOfStatus(status)
  return new ModelError(reason, `${host} answered ${status}: ${said}`, { retryAfterMs })
}

function reasonOfStatus(status: number): ModelErrorReason {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 429) return 'rate-limited'
  if (status === 408) return 'timeout'
  if (status === 503 || status === 529) return 'overloaded'
  return status >= 500 ? 'server' : 'bad-request'
}

const reasonsByCode: Readonly<Record<string, ModelErrorReason>> = {
  context_length_exceeded: 'context-window',
  insufficient_quota: 'quota',
  usage_not_included: 'quota',
  usage_limit_reached: 'quota',
  rate_limit_exceeded: 'rate-limited',
  server_is_overloaded: 'overloaded',
  slow_down: 'overloaded',
  server_error: 'server',
  invalid_prompt: 'bad-request',
}

function reasonOfCode(code: string | null): ModelErrorReason | null {
  return code !== null && Object.hasOwn(reasonsByCode, code) ? (reasonsByCode[code] ?? null) : null
}

/** What the server does not name may well pass: nothing was wrong with the request so far. */
function failureOf(error: JsonObject): ModelError {
  const message = textAt(error, 'message') || 'the model failed without a reason'
  const retryAfterMs = waitSaidIn(message)
  return new ModelError(reasonOfCode(textAt(error, 'code')) ?? 'server', message, { retryAfterMs })
}

/** Rate limits say how long to wait only in their text: "Please try again in 11.054s". */
function waitSaidIn(message: string): number | null {
  const [, amount, unit] = /try again in (\d+(?:\.\d+)?)\s*(ms|s)/i.exec(message) ?? []
  if (amount === undefined) return null
  return Math.ceil(Number(amount) * (unit === 'ms' ? 1 : 1000))
}

/** A response item as Codex stores it: without what only the moment of streaming needs. */
function canonicalItem(item: JsonObject): JsonObject {
  const { status: _status, ...rest } = item
  const content = rest['content']
  if (rest['type'] !== 'message' || !Array.isArray(content)) return rest
  return { ...rest, content: (content as readonly JsonValue[]).map(canonicalPart) }
}

/** Codex knows of no annotations: empty ones say nothing, others are kept. */
function canonicalPart(part: JsonValue): JsonValue {
  if (!isJsonObject(part)) return part
  const fields = Object.entries(part)
  const said = fields.filter(([, value]) => !Array.isArray(value) || value.length > 0)
  return Object.fromEntries(said)
}

function readUsage(response: JsonObject): TokenUsage | null {
  if (!isJsonObject(response['usage'])) return null
  const usage = response['usage']
  return {
    inputTokens: countAt(usage, 'input_tokens'),
    cachedInputTokens: countAt(objectAt(usage, 'input_tokens_details'), 'cached_tokens'),
    outputTokens: countAt(usage, 'output_tokens'),
    reasoningOutputTokens: countAt(objectAt(usage, 'output_tokens_details'), 'reasoning_tokens'),
    totalTokens: countAt(usage, 'total_tokens'),
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function objectAt(object: JsonObject, field: string): JsonObject {
  return objectOf(object[field])
}

function countAt(object: JsonObject, field: string): number {
  const value = object[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
