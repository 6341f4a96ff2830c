import { readTokenUsage } from '../history/token-usage.js'
import { isJsonObject, type JsonObject } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'

/** Tokens of a thread: all of them, those of the last response, and how many the model takes. */
export interface TokenUsageInfo {
  readonly total: TokenUsage
  readonly last: TokenUsage
  readonly contextWindow: number | null
}

export const noTokens: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
  totalTokens: 0,
}

export function addTokens(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningOutputTokens: a.reasoningOutputTokens + b.reasoningOutputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
  }
}

/** The thread's tokens after another response. */
export function withResponse(
  info: TokenUsageInfo | null,
  usage: TokenUsage,
  contextWindow: number | null,
): TokenUsageInfo {
  return { total: addTokens(info?.total ?? noTokens, usage), last: usage, contextWindow }
}

/** The thread's tokens once its context was cut: the total stays, the last is an estimate. */
export function withEstimate(
  info: TokenUsageInfo | null,
  context: readonly JsonObject[],
  instructions: string,
  contextWindow: number | null,
): TokenUsageInfo {
  const totalTokens = estimateTokens([instructions, ...context])
  return { total: info?.total ?? noTokens, last: { ...noTokens, totalTokens }, contextWindow }
}

const BYTES_PER_TOKEN = 4

/** A guess that needs no tokenizer, the one Codex makes: four bytes are a token. */
export function estimateTokens(parts: readonly (JsonObject | string)[]): number {
  const bytes = parts.map((part) =>
    Buffer.byteLength(typeof part === 'string' ? part : JSON.stringify(part)),
  )
  return bytes.reduce((sum, count) => sum + Math.ceil(count / BYTES_PER_TOKEN), 0)
}

/** The tokens a history last reported; `null` when it never did. */
export function lastTokenUsage(items: readonly RolloutItem[]): TokenUsageInfo | null {
  for (const { type, payload } of items.toReversed()) {
    if (type !== 'event_msg' || !isJsonObject(payload)) continue
    if (payload['type'] !== 'token_count' || !isJsonObject(payload['info'])) continue
    return readInfo(payload['info'])
  }
  return null
}

export function printInfo(info: TokenUsageInfo): JsonObject {
  return {
    total_token_usage: printUsage(info.total),
    last_token_usage: printUsage(info.last),
    model_context_window: info.contextWindow,
  }
}

export function printUsage(usage: TokenUsage): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_output_tokens: usage.reasoningOutputTokens,
    total_tokens: usage.totalTokens,
  }
}

/** Tokens as a `token_count` event tells them. */
export function readInfo(info: JsonObject): TokenUsageInfo {
  const window = info['model_context_window']
  return {
    total: readTokenUsage(info['total_token_usage']),
    last: readTokenUsage(info['last_token_usage']),
    contextWindow: typeof window === 'number' ? window : null,
  }
}
