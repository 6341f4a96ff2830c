import type { LiveThread } from '../live/live-thread.js'
import { rebuildContext } from './model-context.js'
import type { ThreadRuntime } from './thread-runtime.js'
import { ThreadRuntimeError } from './thread-runtime-error.js'
import { withEstimate } from './token-usage.js'
import { eventItem, tokenCount } from './turn-items.js'

/**
 * Takes back the last turns: appends a marker and cuts the model's context. The marker counts turns
 * of any kind where turns are shown, and turns of the user in the context.
 */
export async function rollback(
  runtime: ThreadRuntime,
  live: LiveThread,
  numTurns: number,
): Promise<void> {
  if (!Number.isInteger(numTurns) || numTurns < 1) {
    throw new ThreadRuntimeError('no-turns', 'num_turns must be >= 1')
  }
  // It belongs to no turn, and what follows from it is told under an id like that of one.
  const id = runtime.host.ids.newId()
  await runtime.flush(id)
  const { items } = await live.loadHistory()
  const marker = eventItem({ type: 'thread_rolled_back', num_turns: numTurns })
  const context = rebuildContext([...items, marker])
  const { config, rateLimits } = runtime
  const tokens = withEstimate(runtime.tokens, context, config.instructions, config.contextWindow)
  await runtime.record(id, [tokenCount(tokens, rateLimits), marker])
  runtime.replaceContext(context, tokens)
  await runtime.flush(id)
}
