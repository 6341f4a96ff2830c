import type { JsonObject } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ActiveTurn } from './active-turn.js'
import { compactedContext, summaryText } from './compacted-context.js'
import { ModelError } from './model-error.js'
import { recordTokenCount, recordUsage, sample } from './sample.js'
import type { ThreadRuntime } from './thread-runtime.js'
import { withEstimate } from './token-usage.js'
import { contextCompacted, itemStarted, tokenCount } from './turn-items.js'
import { isUserMessage } from '../history/user-message.js'
import { messageText, userMessage } from './user-input.js'

/** What the model is asked for; a host may ask in its own words. */
const COMPACTION_PROMPT =
  'Summarise this conversation so that another model can continue it without having seen it: what was asked for, what was found out and decided, what is done, what is left, and every name, path and value that is still needed.'

/**
 * Has the model sum its context up and puts the summary in its place. The history keeps everything.
 * `again` is what a turn that goes on has to say once more.
 */
export async function compact(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  again: readonly RolloutItem[] = [],
): Promise<null> {
  const id = runtime.host.ids.newId()
  const item = { type: 'ContextCompaction', id }
  runtime.emit(turn.turnId, itemStarted(turn, item, runtime.now()))
  const context = [...runtime.context]
  const summary = await summarize(runtime, turn, context)
  const said = context.filter(isUserMessage).map(messageText)
  const message = summaryText(summary)
  const replacement = compactedContext(said, message)
  const { config, rateLimits } = runtime
  const tokens = withEstimate(
    runtime.tokens,
    replacement,
    config.instructions,
    config.contextWindow,
  )
  await runtime.record(turn.turnId, [
    { type: 'compacted', payload: { message, replacement_history: replacement } },
    ...again,
    tokenCount(tokens, rateLimits),
    ...contextCompacted(turn, runtime.now(), id),
  ])
  runtime.replaceContext(replacement, tokens)
  return null
}

/** A context that is too long even for this loses its oldest items, one by one. */
async function summarize(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  context: JsonObject[],
): Promise<string> {
  for (let dropped = 0; ; dropped += 1) {
    try {
      return await askForSummary(runtime, turn, context.slice(dropped))
    } catch (reason) {
      const tooLong = reason instanceof ModelError && reason.reason === 'context-window'
      if (!tooLong || dropped + 1 >= context.length) throw reason
    }
  }
}

async function askForSummary(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  context: readonly JsonObject[],
): Promise<string> {
  let summary = ''
  const completion = await sample(runtime, turn, {
    instructions: runtime.config.instructions,
    context: () => [...context, userMessage(COMPACTION_PROMPT)],
    withTools: false,
    onItem: async (item) => {
      if (item['type'] === 'message') summary = messageText(item)
    },
    onRateLimits: () => recordTokenCount(runtime, turn),
  })
  await recordUsage(runtime, turn, completion)
  await recordTokenCount(runtime, turn)
  return summary
}
