import { interruptedNote } from '../history/cut.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ActiveTurn, TurnOutcome } from './active-turn.js'
import { ModelError } from './model-error.js'
import type { EventMsg } from './thread-event.js'
import type { ThreadRuntime } from './thread-runtime.js'
import {
  eventItem,
  taskComplete,
  taskStarted,
  tokenCount,
  turnAborted,
  userSaid,
} from './turn-items.js'

/**
 * Runs the body of a turn between its two markers. Never rejects: whatever happens, the turn ends
 * once and the outcome says how.
 */
export async function conductTurn(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  body: () => Promise<string | null>,
): Promise<TurnOutcome> {
  try {
    await runtime.record(turn.turnId, [taskStarted(turn, runtime.config.contextWindow)])
    const lastAgentMessage = await body()
    const marker = completed(runtime, turn, lastAgentMessage)
    await end(runtime, turn, marker, unanswered(runtime, turn))
    return outcome(turn, 'completed', lastAgentMessage)
  } catch (reason) {
    const interrupted = turn.abort.signal.aborted && !turn.ended
    return interrupted ? interrupt(runtime, turn) : fail(runtime, turn, reason)
  }
}

/** Stores the end of a turn, and what belongs before it. */
async function end(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  marker: EventMsg,
  before: readonly RolloutItem[],
): Promise<void> {
  await runtime.record(turn.turnId, [...before, eventItem(marker)])
  turn.ended = true
  await runtime.flush(turn.turnId)
}

/** What the user still said when the turn ended early: the next answer is to know it. */
function unanswered(runtime: ThreadRuntime, turn: ActiveTurn): RolloutItem[] {
  turn.steerable = false
  return turn.input.flatMap((input) =>
    userSaid(turn, input, runtime.now(), runtime.host.ids.newId()),
  )
}

function completed(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  lastAgentMessage: string | null,
): EventMsg {
  return taskComplete(turn, lastAgentMessage, runtime.now(), turn.firstTokenMs)
}

async function interrupt(runtime: ThreadRuntime, turn: ActiveTurn): Promise<TurnOutcome> {
  const { rateLimits, tokens } = runtime
  const counts = turn.rateLimitsUntold ? [tokenCount(tokens, rateLimits)] : []
  try {
    const before = [...counts, ...unanswered(runtime, turn), interruptedNote('user')]
    await end(runtime, turn, turnAborted(turn, runtime.now()), before)
    return outcome(turn, 'interrupted')
  } catch (reason) {
    return fail(runtime, turn, reason)
  }
}

/** Codex has no marker for failed turns either: they end like others, without a last message. */
async function fail(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  reason: unknown,
): Promise<TurnOutcome> {
  const error = reason instanceof Error ? reason : new Error(String(reason))
  // The next turn begins with a compaction.
  if (error instanceof ModelError && error.reason === 'context-window') runtime.overflowed = true
  runtime.emit(turn.turnId, {
    type: 'error',
    message: error.message,
    codex_error_info: error instanceof ModelError ? error.codexErrorInfo : 'other',
  })
  if (!turn.ended) await endFailed(runtime, turn)
  return outcome(turn, 'failed', null, error)
}

async function endFailed(runtime: ThreadRuntime, turn: ActiveTurn): Promise<void> {
  const marker = completed(runtime, turn, null)
  try {
    await end(runtime, turn, marker, unanswered(runtime, turn))
  } catch (error) {
    const { turnId } = turn
    runtime.host.logger.error({ turnId, error }, 'the end of a turn could not be stored')
    // The next turn's start ends this one for those who read; whoever listens has to hear it now.
    if (!turn.ended) runtime.emit(turnId, marker)
  }
}

function outcome(
  { turnId }: ActiveTurn,
  status: TurnOutcome['status'],
  lastAgentMessage: string | null = null,
  error: Error | null = null,
): TurnOutcome {
  return { turnId, status, lastAgentMessage, error }
}
