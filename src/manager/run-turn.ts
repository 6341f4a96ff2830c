import { type JsonObject, textAt } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ActiveTurn } from './active-turn.js'
import { compactWhenFull } from './compact-when-full.js'
import { recordTokenCount, recordUsage, sample } from './sample.js'
import type { ThreadRuntime } from './thread-runtime.js'
import type { ToolCall, ToolOutput } from './tool-runner.js'
import { modelSaid, settingsApplied, toolAnswered, turnContext, userSaid } from './turn-items.js'
import { unlessAborted } from './unless-aborted.js'
import { messageText } from './user-input.js'

/**
 * The body of a turn: tells the model what the user said and lets it answer, call tools and answer
 * again until it has nothing more to do. Returns the last thing it said.
 */
export async function runTurn(runtime: ThreadRuntime, turn: ActiveTurn): Promise<string | null> {
  await recordContext(runtime, turn)
  let lastAgentMessage: string | null = null
  for (let calls = true; calls || turn.input.length > 0;) {
    await recordInput(runtime, turn)
    const said = await answer(runtime, turn)
    lastAgentMessage = said.message ?? lastAgentMessage
    calls = said.calls > 0
    const goesOn = calls || turn.input.length > 0
    if (goesOn) await compactWhenFull(runtime, turn, () => contextItems(runtime, turn, true))
  }
  // Before anything waits again, so that nobody steers a turn that no longer listens.
  turn.steerable = false
  return lastAgentMessage
}

/** Says what the turn works with; a compaction in a paginated history has said it already. */
async function recordContext(runtime: ThreadRuntime, turn: ActiveTurn): Promise<void> {
  const paginated = runtime.historyMode === 'paginated'
  const told = (): RolloutItem[] => (paginated ? contextItems(runtime, turn, true) : [])
  const compacted = await compactWhenFull(runtime, turn, told)
  if (!compacted || !paginated) await runtime.record(turn.turnId, contextItems(runtime, turn))
  runtime.settingsTold = runtime.config
}

/** The context, and in paginated histories the settings when they are new or told `anew`. */
function contextItems(runtime: ThreadRuntime, turn: ActiveTurn, anew = false): RolloutItem[] {
  const context = turnContext(turn, runtime.config, runtime.host.clock)
  if (runtime.historyMode !== 'paginated') return [context]
  const told = runtime.settingsTold === runtime.config && !anew
  return told ? [context] : [context, settingsApplied(turn, runtime.config)]
}

/** Stores what the user said before the model is asked: it must survive whatever comes. */
async function recordInput(runtime: ThreadRuntime, turn: ActiveTurn): Promise<void> {
  for (let input = turn.input[0]; input !== undefined; input = turn.input[0]) {
    const id = runtime.host.ids.newId()
    await runtime.record(turn.turnId, userSaid(turn, input, runtime.now(), id))
    turn.input.shift()
    await runtime.materialize(turn.turnId)
  }
}

interface Said {
  readonly message: string | null
  readonly calls: number
}

/** One response of the model, its calls answered and its tokens counted. */
async function answer(runtime: ThreadRuntime, turn: ActiveTurn): Promise<Said> {
  const calls: JsonObject[] = []
  let message: string | null = null
  const completion = await sample(runtime, turn, {
    instructions: runtime.config.instructions,
    context: () => runtime.context,
    withTools: true,
    onItem: async (item, startedAtMs) => {
      const time = { startedAtMs, completedAtMs: runtime.now() }
      const id = runtime.host.ids.newId()
      await runtime.record(turn.turnId, modelSaid(turn, item, time, id))
      if (item['type'] === 'function_call') calls.push(item)
      if (item['type'] === 'message' && item['role'] === 'assistant') message = messageText(item)
    },
  })
  await recordUsage(runtime, turn, completion)
  for (const call of calls) await answerCall(runtime, turn, call)
  await recordTokenCount(runtime, turn)
  return { message, calls: calls.length }
}

async function answerCall(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  item: JsonObject,
): Promise<void> {
  const call = readCall(turn, item)
  const facts = {
    call_id: call.callId,
    turn_id: turn.turnId,
    tool: call.name,
    arguments: parseJson(call.arguments) ?? call.arguments,
  }
  const startedAtMs = runtime.now()
  runtime.emit(turn.turnId, {
    type: 'dynamic_tool_call_request',
    ...facts,
    started_at_ms: startedAtMs,
  })
  const output = await runTool(runtime, turn, call)
  const time = { startedAtMs, completedAtMs: runtime.now() }
  const id = runtime.host.ids.newId()
  await runtime.record(turn.turnId, toolAnswered(turn, call, output, time, id))
  runtime.emit(turn.turnId, {
    type: 'dynamic_tool_call_response',
    ...facts,
    content_items: [{ type: 'inputText', text: output.output }],
    success: output.success,
    error: output.success ? null : output.output,
  })
}

function readCall(turn: ActiveTurn, item: JsonObject): ToolCall {
  return {
    threadId: turn.threadId,
    turnId: turn.turnId,
    callId: textAt(item, 'call_id') ?? '',
    name: textAt(item, 'name') ?? '',
    arguments: textAt(item, 'arguments') ?? '',
  }
}

/** A tool that fails is news for the model, not the end of the turn. */
async function runTool(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  call: ToolCall,
): Promise<ToolOutput> {
  const { signal } = turn.abort
  try {
    return await unlessAborted(() => runtime.host.tools.run(call, signal), signal)
  } catch (reason) {
    signal.throwIfAborted()
    const text = reason instanceof Error ? reason.message : String(reason)
    return { success: false, output: `${call.name} failed: ${text}` }
  }
}
