import { type JsonObject, textAt } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { ActiveTurn } from './active-turn.js'
import { backoffMs } from './backoff.js'
import type { ModelEvent } from './model-client.js'
import { ModelError } from './model-error.js'
import { promptInput } from './prompt-input.js'
import type { ThreadRuntime } from './thread-runtime.js'
import { addTokens, withResponse } from './token-usage.js'
import { itemStarted, tokenCount, tokenUsageRecord } from './turn-items.js'
import { unlessAborted } from './unless-aborted.js'

/** Times a broken stream is begun again before the turn fails. */
const STREAM_RETRIES_MAX = 5

/** What to do with what the model says. */
interface SampleHandlers {
  readonly instructions: string
  /** The context to answer to; asked for again before every try. */
  readonly context: () => readonly JsonObject[]
  readonly withTools: boolean
  /** `startedAtMs` is when the first of the item arrived. */
  onItem(item: JsonObject, startedAtMs: number): Promise<void>
  /** Rate limits wait for the tokens of the response, unless somebody wants them at once. */
  onRateLimits?(): Promise<void>
}

/** The end of a response. */
interface Completion {
  readonly responseId: string
  readonly usage: TokenUsage | null
}

/** Asks the model until it has answered, begins broken streams again, and tells listeners. */
export async function sample(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  handlers: SampleHandlers,
): Promise<Completion> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sampleOnce(runtime, turn, handlers)
    } catch (reason) {
      turn.abort.signal.throwIfAborted()
      const again = reason instanceof ModelError && reason.retryable
      if (!again || attempt > STREAM_RETRIES_MAX) throw reason
      runtime.emit(turn.turnId, {
        type: 'stream_error',
        message: `Reconnecting... ${attempt}/${STREAM_RETRIES_MAX}`,
        codex_error_info: reason.codexErrorInfo,
        additional_details: reason.message,
      })
      const delayMs = backoffMs(attempt, reason.retryAfterMs)
      await runtime.host.clock.sleep(delayMs, turn.abort.signal)
    }
  }
}

async function sampleOnce(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  handlers: SampleHandlers,
): Promise<Completion> {
  const { model, tools } = runtime.host
  const { signal } = turn.abort
  const stream = model.stream({
    threadId: runtime.threadId,
    model: runtime.config.model,
    instructions: handlers.instructions,
    input: promptInput(handlers.context()),
    tools: handlers.withTools ? tools.definitions : [],
    reasoningEffort: runtime.config.reasoningEffort,
    reasoningSummary: runtime.config.reasoningSummary,
    signal,
  })
  const shown = new Map<string, number>()
  for await (const event of untilAborted(stream, signal)) {
    if (event.type === 'completed') return event
    await take(runtime, turn, handlers, event, shown)
  }
  throw new ModelError('disconnected', 'the stream ended before the response was completed')
}

async function take(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  handlers: SampleHandlers,
  event: Exclude<ModelEvent, { type: 'completed' }>,
  shown: Map<string, number>,
): Promise<void> {
  switch (event.type) {
    case 'rate-limits':
      runtime.rateLimits = event.rateLimits
      turn.rateLimitsUntold = true
      await handlers.onRateLimits?.()
      return
    case 'item':
      noteFirstToken(runtime, turn)
      await handlers.onItem(event.item, startOf(event.item, shown) ?? runtime.now())
      return
    case 'text-delta':
      noteFirstToken(runtime, turn)
      begin(runtime, turn, event.itemId, shown, { type: 'AgentMessage', content: [] })
      runtime.emit(turn.turnId, {
        type: 'agent_message_content_delta',
        thread_id: turn.threadId,
        turn_id: turn.turnId,
        item_id: event.itemId,
        delta: event.delta,
      })
      return
    case 'reasoning-delta':
      noteFirstToken(runtime, turn)
      begin(runtime, turn, event.itemId, shown, {
        type: 'Reasoning',
        summary_text: [],
        raw_content: [],
      })
      runtime.emit(turn.turnId, {
        type: 'reasoning_content_delta',
        thread_id: turn.threadId,
        turn_id: turn.turnId,
        item_id: event.itemId,
        delta: event.delta,
        summary_index: 0,
      })
      return
  }
}

/** An item is announced when the first of it arrives. */
function begin(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  id: string,
  shown: Map<string, number>,
  item: JsonObject,
): void {
  if (shown.has(id)) return
  const startedAtMs = runtime.now()
  shown.set(id, startedAtMs)
  runtime.emit(turn.turnId, itemStarted(turn, { ...item, id }, startedAtMs))
}

function startOf(item: JsonObject, shown: ReadonlyMap<string, number>): number | undefined {
  return shown.get(textAt(item, 'id') ?? '')
}

function noteFirstToken(runtime: ThreadRuntime, turn: ActiveTurn): void {
  if (turn.kind === 'regular') turn.firstTokenMs ??= runtime.now() - turn.startedAtMs
}

/** Adds a response's tokens up; a paginated history keeps them at once, response by response. */
export async function recordUsage(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  { responseId, usage }: Completion,
): Promise<void> {
  if (usage === null) return
  const tokens = withResponse(runtime.tokens, usage, runtime.config.contextWindow)
  const ofTurn = addTokens(turn.tokens, usage)
  if (runtime.historyMode === 'paginated') {
    const counted = { ofResponse: usage, ofTurn, ofThread: tokens.total }
    await runtime.record(turn.turnId, [tokenUsageRecord(turn, responseId, counted)])
  }
  runtime.tokens = tokens
  runtime.contextCounted = runtime.context.length
  turn.tokens = ofTurn
}

/** Tells where the thread's tokens stand, once everything the response asked for is done. */
export async function recordTokenCount(runtime: ThreadRuntime, turn: ActiveTurn): Promise<void> {
  await runtime.record(turn.turnId, [tokenCount(runtime.tokens, runtime.rateLimits)])
  turn.rateLimitsUntold = false
}

/** The values of a stream until `signal` is aborted, also when the stream does not notice. */
async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  signal.throwIfAborted()
  const iterator = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await unlessAborted(() => iterator.next(), signal)
      if (next.done) return
      yield next.value
    }
  } finally {
    // Not waited for: a stream that ignores the signal may never end.
    Promise.resolve(iterator.return?.()).catch(() => {})
  }
}
