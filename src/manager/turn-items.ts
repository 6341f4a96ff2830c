import { type Clock, isoMillis } from '../host/clock.js'
import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type { TokenUsage } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import type { ThreadConfig } from './thread-config.js'
import type { EventMsg } from './thread-event.js'
import { printInfo, printUsage, type TokenUsageInfo } from './token-usage.js'
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
      current_date: isoMillis(clock.now()).slice(0, 10),
      timezone: 'Etc/UTC',
      approval_policy: config.approvalPolicy,
      sandbox_policy: config.sandboxPolicy,
      permission_profile: config.permissionProfile,
      model,
      collaboration_mode: { mode: 'default', settings },
      realtime_active: false,
      ...(reasoningEffort === null ? {} : { effort: reasoningEffort }),
      summary: 'auto',
    },
  }
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
    itemCompleted(turn, { type: 'UserMessage', id, content: shown }, now),
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
  now: number,
  fallbackId: string,
): RolloutItem[] {
  const id = textAt(item, 'id') ?? fallbackId
  const { id: _id, ...rest } = item
  const stored = responseItemOf({ ...rest, ...idOf(turn, id) })
  if (item['type'] === 'message' && item['role'] === 'assistant') {
    const message = messageText(item)
    const shown = { type: 'AgentMessage', id, content: [{ type: 'Text', text: message }] }
    const event = { type: 'agent_message', message, phase: null, memory_citation: null } as const
    return [itemCompleted(turn, shown, now), eventItem(event), stored]
  }
  if (item['type'] === 'reasoning') {
    const summary = summaryTexts(item['summary'])
    const shown = { type: 'Reasoning', id, summary_text: summary, raw_content: [] }
    const events = summary.map((text) => eventItem({ type: 'agent_reasoning', text }))
    return [itemCompleted(turn, shown, now), ...events, stored]
  }
  return [stored]
}

export function itemStarted(turn: TurnFacts, item: JsonObject): EventMsg {
  return { type: 'item_started', thread_id: turn.threadId, turn_id: turn.turnId, item }
}

/** Says that something of a turn is whole; paginated histories keep it in this form. */
export function itemCompleted(turn: TurnFacts, item: JsonObject, now: number): RolloutItem {
  return eventItem({
    type: 'item_completed',
    thread_id: turn.threadId,
    turn_id: turn.turnId,
    item,
    completed_at_ms: now,
  })
}

export function toolOutputItem(callId: JsonValue, output: string): RolloutItem {
  return responseItemOf({ type: 'function_call_output', call_id: callId, output })
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

/** What a paginated history keeps of every response. */
export function tokenUsageRecord(
  turn: TurnFacts,
  responseId: string,
  usage: TokenUsage,
  ofThread: TokenUsage,
): RolloutItem {
  const payload = {
    thread_id: turn.threadId,
    turn_id: turn.turnId,
    session_id: turn.threadId,
    root_turn_id: turn.turnId,
    response_id: responseId,
    usage: printUsage(usage),
    thread_token_usage: printUsage(ofThread),
  }
  return { type: 'token_usage_record', payload }
}

/** Says that the context was compacted: an event, or an item where histories are paginated. */
export function contextCompacted(turn: TurnFacts, now: number, id: string): RolloutItem[] {
  return [
    itemCompleted(turn, { type: 'ContextCompaction', id }, now),
    eventItem({ type: 'context_compacted' }),
  ]
}

/** The end of a turn that ran to its end, with or without an answer. */
export function taskComplete(
  turn: TurnFacts,
  lastAgentMessage: string | null,
  now: number,
  firstTokenMs: number | null,
): RolloutItem {
  return eventItem({
    type: 'task_complete',
    turn_id: turn.turnId,
    ...rootTurn(turn),
    last_agent_message: lastAgentMessage,
    ...startTime(turn),
    completed_at: seconds(now),
    duration_ms: now - turn.startedAtMs,
    ...(firstTokenMs === null ? {} : { time_to_first_token_ms: firstTokenMs }),
  })
}

export function turnAborted(turn: TurnFacts, now: number): RolloutItem {
  return eventItem({
    type: 'turn_aborted',
    turn_id: turn.turnId,
    ...rootTurn(turn),
    reason: 'interrupted',
    ...startTime(turn),
    completed_at: seconds(now),
    duration_ms: now - turn.startedAtMs,
  })
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
