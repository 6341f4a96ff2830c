import type { RolloutItem } from '../protocol/rollout-item.js'
import type { Connection } from './connection.js'
import type { ThreadSession } from './thread-session.js'
import { tokenUsageOwner, tokenUsageParams } from './token-usage-replay.js'

/** Tells one client the tokens of a thread it has just loaded, from the history it was told. */
export function replayTokenUsage(
  connection: Connection,
  { thread }: ThreadSession,
  items: readonly RolloutItem[],
): void {
  const { threadId, tokenUsage } = thread
  if (tokenUsage === null) return
  const params = tokenUsageParams(threadId, tokenUsageOwner(items), tokenUsage)
  connection.notify('thread/tokenUsage/updated', params)
}
