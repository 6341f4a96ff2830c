import { interruptedNote } from '../history/cut.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ActiveTurn, TurnOutcome } from './active-turn.js'
import { ModelError } from './model-error.js'
import type { ThreadRuntime } from './thread-runtime.js'
import { taskComplete, taskStarted, tokenCount, turnAborted, userSaid } from './turn-items.js'

/**
 * Runs the body of a turn between its two markers. Never rejects: whatever happens, the turn ends
 * and the outcome says how.
 */
export async function conductTurn(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  body: () => Promise<string | null>,
): Promise<TurnOutcome> {
  try {
    await runtime.record(turn.turnId, [taskStarted(turn, runtime.config.contextWindow)])
    const lastAgentMessage = await body()
    await complete(runtime, turn, lastAgentMessage)
    return outcome(turn, 'completed', lastAgentMessage)
  } catch (reason) {
    return turn.abort.signal.aborted ? interrupt(runtime, turn) : fail(runtime, turn, reason)
  }
}

async function complete(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  lastAgentMessage: string | null,
): Promise<void> {
  const end = taskComplete(turn, lastAgentMessage, runtime.now(), turn.firstTokenMs)
  await runtime.record(turn.turnId, [...unanswered(runtime, turn), end])
  await runtime.flush(turn.turnId)
}

/** What the user still said when the turn ended early: the next answer is to know it. */
function unanswered(runtime: ThreadRuntime, turn: ActiveTurn): RolloutItem[] {
  turn.steerable = false
  return turn.input
    .splice(0)
    .flatMap((input) => userSaid(turn, input, runtime.now(), runtime.host.ids.newId()))
}

async function interrupt(runtime: ThreadRuntime, turn: ActiveTurn): Promise<TurnOutcome> {
  const { rateLimits, tokens } = runtime
  const counts = turn.rateLimitsUntold ? [tokenCount(tokens, rateLimits)] : []
  try {
    const end = turnAborted(turn, runtime.now())
    await runtime.record(turn.turnId, [
      ...counts,
      ...unanswered(runtime, turn),
      interruptedNote('user'),
      end,
    ])
    await runtime.flush(turn.turnId)
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
  try {
    await complete(runtime, turn, null)
  } catch (late) {
    // The store is what failed, and the outcome says so; the next turn's start ends this one.
    runtime.host.logger.error({ turnId: turn.turnId, error: late }, 'a turn has no end marker')
  }
  return outcome(turn, 'failed', null, error)
}

function outcome(
  { turnId }: ActiveTurn,
  status: TurnOutcome['status'],
  lastAgentMessage: string | null = null,
  error: Error | null = null,
): TurnOutcome {
  return { turnId, status, lastAgentMessage, error }
}
