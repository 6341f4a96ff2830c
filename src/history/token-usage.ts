import { isJsonObject, type JsonValue } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'

/** Tokens as Codex spells them in an item; what is missing or no count counts nothing. */
export function readTokenUsage(value: JsonValue | undefined): TokenUsage {
  const usage = isJsonObject(value) ? value : {}
  const count = (field: string): number => {
    const tokens = usage[field]
    return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : 0
  }
  return {
    inputTokens: count('input_tokens'),
    cachedInputTokens: count('cached_input_tokens'),
    outputTokens: count('output_tokens'),
    reasoningOutputTokens: count('reasoning_output_tokens'),
    totalTokens: count('total_tokens'),
  }
}
