import { isoMillis } from '../../src/host/clock.js'
import type { JsonObject, JsonValue } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'

const epoch = 1_795_348_800_000

/** A fixed time, `seconds` into the history every case tells. */
export function at(seconds: number): string {
  return isoMillis(epoch + seconds * 1000)
}

/** An item as Codex writes it. */
export function item(type: string, payload: JsonValue, timestamp: string = at(0)): RolloutItem {
  return { timestamp, type, payload }
}

export function event(type: string, payload: JsonObject = {}, timestamp?: string): RolloutItem {
  return item('event_msg', { type, ...payload }, timestamp)
}

export function userMessage(message: string, timestamp?: string): RolloutItem {
  return event(
    'user_message',
    { message, images: [], local_images: [], text_elements: [] },
    timestamp,
  )
}

export function agentMessage(message: string, timestamp?: string): RolloutItem {
  return event('agent_message', { message, phase: null, memory_citation: null }, timestamp)
}

export function turnStarted(turnId: string, second = 0): RolloutItem {
  const startedAt = (epoch + second * 1000) / 1000
  const payload = { turn_id: turnId, started_at: startedAt, model_context_window: 258_400 }
  return event('task_started', payload, at(second))
}

export function turnCompleted(turnId: string, second = 1): RolloutItem {
  const completedAt = (epoch + second * 1000) / 1000
  const payload = { turn_id: turnId, completed_at: completedAt, duration_ms: 111 }
  return event('task_complete', { ...payload, last_agent_message: null }, at(second))
}

export function turnAborted(turnId: string): RolloutItem {
  return event('turn_aborted', { turn_id: turnId, reason: 'interrupted' })
}

export function rolledBack(turns: number): RolloutItem {
  return event('thread_rolled_back', { num_turns: turns })
}

export function compacted(message: string): RolloutItem {
  const content = [{ type: 'input_text', text: message }]
  return item('compacted', {
    message,
    replacement_history: [{ type: 'message', role: 'user', content }],
  })
}

export function tokenCount(total: number): RolloutItem {
  const usage = {
    input_tokens: total - 20,
    cached_input_tokens: 10,
    output_tokens: 20,
    reasoning_output_tokens: 5,
    total_tokens: total,
  }
  const info = { total_token_usage: usage, last_token_usage: usage, model_context_window: 258_400 }
  return event('token_count', { info, rate_limits: null })
}

/** What the model was sent or answered. */
function responseItem(role: 'user' | 'assistant', text: string): RolloutItem {
  const type = role === 'user' ? 'input_text' : 'output_text'
  return item('response_item', { type: 'message', role, content: [{ type, text }] })
}

/** A whole turn: a question, its answer, and the marks around them. */
export function turn(turnId: string, text: string, second = 0): RolloutItem[] {
  return [
    turnStarted(turnId, second),
    item('turn_context', {
      turn_id: turnId,
      cwd: '/home/dev/project',
      approval_policy: 'never',
      sandbox_policy: { type: 'danger-full-access' },
      model: 'mock-model',
      summary: 'auto',
    }),
    responseItem('user', text),
    userMessage(text, at(second)),
    agentMessage(`reply to: ${text}`, at(second)),
    responseItem('assistant', `reply to: ${text}`),
    tokenCount(120),
    turnCompleted(turnId, second + 1),
  ]
}

/** As many different items as asked for. */
export function messages(count: number, label = 'message'): RolloutItem[] {
  return Array.from({ length: count }, (_, index) => userMessage(`${label} ${index}`, at(index)))
}
