import { type Clock, isoMillis } from '../host/clock.js'
import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { parseJson } from '../protocol/parse-json.js'
import type { ThreadConfig } from './thread-config.js'
import type { EventMsg } from './thread-event.js'
import { printInfo, printUsage, type TokenUsageInfo } from './token-usage.js'
import type { ToolCall, ToolOutput } from './tool-runner.js'
import { inputParts, messageText, type UserInput } from './user-input.js'

/** What the items of one turn share. */
export interface TurnFacts {
  readonly threadId: string
  readonly turnId: string
  /** Decides which of Codex's two ways of writing a turn is followed. */
  readonly historyMode: string
  readonly startedAtMs: number
}

export function eventItem(msg: EventMsg): RolloutItem {
  return { type: 'event_msg', payload: msg }
}

export function responseItemOf(payload: JsonObject): RolloutItem {
  return { type: 'response_item', payload }
}

export function taskStarted(turn: TurnFacts, contextWindow: number | null): RolloutItem {
  return eventItem({
    type: 'task_started',
    turn_id: turn.turnId,
    ...rootTurn(turn),
    started_at: seconds(turn.startedAtMs),
    model_context_window: contextWindow,
    collaboration_mode_kind: 'default',
  })
}

/** What the model is told of the circumstances, in the form in which Codex can go on from it. */
export function turnContext(turn: TurnFacts, config: ThreadConfig, clock: Clock): RolloutItem {
  const { model, reasoningEffort } = config
  const settings = { model, reasoning_effort: reasoningEffort, developer_instructions: null }
  return {
    type: 'turn_context',
    payload: {
      turn_id: turn.turnId,
      ...rootTurn(turn),
      cwd: config.cwd ?? '',
      ...today(turn, clock),
      approval_policy: config.approvalPolicy,
      sandbox_policy: config.sandboxPolicy,
      permission_profile: config.permissionProfile,
      model,
      collaboration_mode: { mode: 'default', settings },
      realtime_active: false,
      ...(reasoningEffort === null ? {} : { effort: reasoningEffort }),
      summary: config.reasoningSummary,
    },
  }
}

/** Paginated histories keep the date in the state of the world, which is Codex's own. */
function today({ historyMode }: TurnFacts, clock: Clock): JsonObject {
  if (historyMode === 'paginated') return {}
  return { current_date: isoMillis(clock.now()).slice(0, 10), timezone: 'Etc/UTC' }
}

/** Codex keeps the settings beside the context since histories are paginated. */
export function settingsApplied(turn: TurnFacts, config: ThreadConfig): RolloutItem {
  return eventItem({
    type: 'thread_settings_applied',
    thread_id: turn.threadId,
    thread_settings: {
      model: config.model,
      model_provider_id: config.modelProvider,
      approval_policy: config.approvalPolicy,
      permission_profile: config.permissionProfile,
      cwd: config.cwd ?? '',
      ...(config.reasoningEffort === null ? {} : { effort: config.reasoningEffort }),
    },
  })
}

/** What the user said: for the model, as an item of the turn, and as an event. */
export function userSaid(
  turn: TurnFacts,
  input: UserInput,
  now: number,
  id: string,
): RolloutItem[] {
  const parts = inputParts(input)
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const images = parts.flatMap((part) => (part.type === 'image' ? [part.imageUrl] : []))
  const content = parts.map((part): JsonObject =>
    part.type === 'text'
      ? { type: 'input_text', text: part.text }
      : { type: 'input_image', image_url: part.imageUrl },
  )
  const shown = parts.map((part): JsonObject =>
    part.type === 'text'
      ? { type: 'text', text: part.text, text_elements: [] }
      : { type: 'image', image_url: part.imageUrl },
  )
  return [
    responseItemOf({ type: 'message', ...idOf(turn, `msg_${id}`), role: 'user', content }),
    itemCompleted(turn, { type: 'UserMessage', id, content: shown }, at(now)),
    eventItem({
      type: 'user_message',
      message: texts.join(''),
      images,
      local_images: [],
      text_elements: [],
    }),
  ]
}

/** What the model said, as Codex stores it: what is shown of an item stands before the item. */
export function modelSaid(
  turn: TurnFacts,
  item: JsonObject,
  time: ItemTime,
  fallbackId: string,
): RolloutItem[] {
  const id = textAt(item, 'id') ?? fallbackId
  const { id: _id, ...rest } = item
  const stored = responseItemOf({ ...rest, ...idOf(turn, id) })
  if (item['type'] === 'message' && item['role'] === 'assistant') {
    const message = messageText(item)
    const shown = { type: 'AgentMessage', id, content: [{ type: 'Text', text: message }] }
    const event = { type: 'agent_message', message, phase: null, memory_citation: null } as const
    return [itemCompleted(turn, shown, time), eventItem(event), stored]
  }
  if (item['type'] === 'reasoning') {
    const summary = summaryTexts(item['summary'])
    const shown = { type: 'Reasoning', id, summary_text: summary, raw_content: [] }
    const events = summary.map((text) => eventItem({ type: 'agent_reasoning', text }))
    return [itemCompleted(turn, shown, time), ...events, stored]
  }
  return [stored]
}

export function itemStarted(turn: TurnFacts, item: JsonObject, startedAtMs: number): EventMsg {
  return {
    type: 'item_started',
    thread_id: turn.threadId,
    turn_id: turn.turnId,
    item,
    started_at_ms: startedAtMs,
  }
}

/** When something of a turn began and when it was whole, in milliseconds. */
interface ItemTime {
  readonly startedAtMs: number
  readonly completedAtMs: number
}

/** The time of what is whole at once. */
export function at(ms: number): ItemTime {
  return { startedAtMs: ms, completedAtMs: ms }
}

/** Says that something of a turn is whole; paginated histories keep it in this form. */
export function itemCompleted(turn: TurnFacts, item: JsonObject, time: ItemTime): RolloutItem {
  return eventItem({
    type: 'item_completed',
    thread_id: turn.threadId,
    turn_id: turn.turnId,
    item,
    started_at_ms: time.startedAtMs,
    completed_at_ms: time.completedAtMs,
  })
}

/** What a tool gave back: as an item of the turn, and for the model. */
export function toolAnswered(
  turn: TurnFacts,
  call: ToolCall,
  { output, success }: ToolOutput,
  time: ItemTime,
  id: string,
): RolloutItem[] {
  const shown = {
    type: 'DynamicToolCall',
    id: call.callId,
    tool: call.name,
    arguments: parseJson(call.arguments) ?? call.arguments,
    status: success ? 'completed' : 'failed',
    content_items: [{ type: 'inputText', text: output }],
    success,
  }
  const forModel = {
    type: 'function_call_output',
    ...idOf(turn, `fco_${id}`),
    call_id: call.callId,
    output,
  }
  return [itemCompleted(turn, shown, time), responseItemOf(forModel)]
}

export function tokenCount(
  info: TokenUsageInfo | null,
  rateLimits: JsonObject | null,
): RolloutItem {
  return eventItem({
    type: 'token_count',
    info: info && printInfo(info),
    rate_limits: rateLimits,
  })
}

interface TokensCounted {
  readonly ofResponse: TokenUsage
  readonly ofTurn: TokenUsage
  readonly ofThread: TokenUsage
}

/** What a paginated history keeps of every response. */
export function tokenUsageRecord(
  turn: TurnFacts,
  responseId: string,
  counted: TokensCounted,
): RolloutItem {
  const payload = {
    thread_id: turn.threadId,
    turn_id: turn.turnId,
    session_id: turn.threadId,
    root_turn_id: turn.turnId,
    response_id: responseId,
    usage: printUsage(counted.ofResponse),
    turn_token_usage: printUsage(counted.ofTurn),
    thread_token_usage: printUsage(counted.ofThread),
  }
  return { type: 'token_usage_record', payload }
}

/** Says that the context was compacted: an event, or an item where histories are paginated. */
export function contextCompacted(turn: TurnFacts, now: number, id: string): RolloutItem[] {
  return [
    itemCompleted(turn, { type: 'ContextCompaction', id }, at(now)),
    eventItem({ type: 'context_compacted' }),
  ]
}

/** The end of a turn that ran to its end, with or without an answer. */
export function taskComplete(
  turn: TurnFacts,
  lastAgentMessage: string | null,
  now: number,
  firstTokenMs: number | null,
): EventMsg {
  return {
    type: 'task_complete',
    turn_id: turn.turnId,
    ...rootTurn(turn),
    last_agent_message: lastAgentMessage,
    ...startTime(turn),
    completed_at: seconds(now),
    duration_ms: now - turn.startedAtMs,
    ...(firstTokenMs === null ? {} : { time_to_first_token_ms: firstTokenMs }),
  }
}

export function turnAborted(turn: TurnFacts, now: number): EventMsg {
  return {
    type: 'turn_aborted',
    turn_id: turn.turnId,
    ...rootTurn(turn),
    reason: 'interrupted',
    ...startTime(turn),
    completed_at: seconds(now),
    duration_ms: now - turn.startedAtMs,
  }
}

/** Paginated histories name the turn that a turn serves; ours serve themselves. */
function rootTurn({ historyMode, turnId }: TurnFacts): JsonObject {
  return historyMode === 'paginated' ? { root_turn_id: turnId } : {}
}

function startTime({ historyMode, startedAtMs }: TurnFacts): JsonObject {
  return historyMode === 'paginated' ? { started_at: seconds(startedAtMs) } : {}
}

/** Legacy histories keep no ids of items: a model that stores nothing could not find them. */
function idOf({ historyMode }: TurnFacts, id: string): JsonObject {
  return historyMode === 'paginated' ? { id } : {}
}

function summaryTexts(summary: JsonValue | undefined): string[] {
  const parts = Array.isArray(summary) ? (summary as readonly JsonValue[]) : []
  return parts
    .map((part) => (isJsonObject(part) ? textAt(part, 'text') : null))
    .filter((text) => text !== null)
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
