import { createTurnFolder, type TurnPosition } from '../history/fold-turns.js'
import type { TokenUsageInfo } from '../manager/index.js'
import { isJsonObject, type JsonObject } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'

/**
 * The turn in which a history last counted tokens: by its id where it still stands, else by its
 * place, else the last one that ran to an end, else the last one.
 */
export function tokenUsageOwner(items: readonly RolloutItem[]): string {
  const folder = createTurnFolder('notLoaded')
  let counted: TurnPosition | null = null
  for (const [index, item] of items.entries()) {
    if (countsTokens(item)) counted = folder.current() ?? counted
    folder.push(item, index)
  }
  const turns = folder.finish()
  const byId = turns.find(({ turnId }) => turnId === counted?.turnId)
  const byPlace = counted === null ? undefined : turns[counted.index]
  const ended = turns.findLast(({ status }) => status === 'completed' || status === 'failed')
  return (byId ?? byPlace ?? ended ?? turns.at(-1))?.turnId ?? ''
}

/** What clients are told of tokens. */
export function tokenUsageParams(
  threadId: string,
  turnId: string,
  info: TokenUsageInfo,
): JsonObject {
  const tokenUsage = {
    total: breakdown(info.total),
    last: breakdown(info.last),
    modelContextWindow: info.contextWindow,
  }
  return { threadId, turnId, tokenUsage }
}

function breakdown(usage: TokenUsage): JsonObject {
  return {
    totalTokens: usage.totalTokens,
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    outputTokens: usage.outputTokens,
    reasoningOutputTokens: usage.reasoningOutputTokens,
  }
}

function countsTokens({ type, payload }: RolloutItem): boolean {
  if (type !== 'event_msg' || !isJsonObject(payload)) return false
  return payload['type'] === 'token_count' && isJsonObject(payload['info'])
}
