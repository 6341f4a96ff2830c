import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ActiveTurn } from './active-turn.js'
import { compact } from './compact.js'
import type { ThreadConfig } from './thread-config.js'
import type { ThreadRuntime } from './thread-runtime.js'
import { estimateTokens } from './token-usage.js'

/** How full a context may become, as a share of the model's window. */
const FULL_SHARE = 0.9

/**
 * Compacts within a turn when the context has come close to what the model takes, or was refused
 * for its length; whether it did. `again` is what has to be said once more behind the summary.
 */
export async function compactWhenFull(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  again: () => readonly RolloutItem[],
): Promise<boolean> {
  const limit = limitOf(runtime.config)
  const full = limit !== null && tokensInContext(runtime) >= limit
  if (!full && !runtime.overflowed) return false
  await compact(runtime, turn, again())
  return true
}

function limitOf({ autoCompactTokens, contextWindow }: ThreadConfig): number | null {
  if (autoCompactTokens !== null) return autoCompactTokens
  return contextWindow === null ? null : Math.floor(contextWindow * FULL_SHARE)
}

/** What the model counted last, and a guess for what it was not shown yet. */
function tokensInContext({ tokens, context, contextCounted }: ThreadRuntime): number {
  return (tokens?.last.totalTokens ?? 0) + estimateTokens(context.slice(contextCounted))
}
