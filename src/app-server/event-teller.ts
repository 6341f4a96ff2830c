import type { ThreadEvent } from '../manager/index.js'
import { readTokenUsageInfo } from '../manager/index.js'
import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import { completedItem } from './api-items.js'
import type { ThreadStatus } from './api-thread.js'
import { apiError, beginningTurn } from './api-turn.js'
import { tokenUsageParams } from './token-usage-replay.js'

/** What follows from the events of a thread. */
interface Told {
  notify(method: string, params: JsonObject): void
  status(status: ThreadStatus): void
  /** The user said something. */
  said(): void
  turnEnded(turnId: string): void
  rolledBack(): void
}

/** Says to clients, event by event, what happens in a thread. */
export class EventTeller {
  readonly #threadId: string
  readonly #told: Told
  /** Items of the running turn that clients know of. */
  readonly #begun = new Set<string>()
  #startedAt: JsonValue = null
  #error: JsonObject | null = null

  constructor(threadId: string, told: Told) {
    this.#threadId = threadId
    this.#told = told
  }

  tell({ id: turnId, msg }: ThreadEvent): void {
    switch (msg.type) {
      case 'task_started':
        return this.#started(turnId, msg)
      case 'item_started':
        return this.#itemStarted(turnId, msg)
      case 'item_completed':
        return this.#itemCompleted(turnId, msg)
      case 'agent_message_content_delta':
      case 'reasoning_content_delta':
        return this.#delta(turnId, msg)
      case 'dynamic_tool_call_request':
        return this.#toolCalled(turnId, msg)
      case 'token_count':
        return this.#tokens(turnId, msg)
      case 'error':
      case 'stream_error':
        return this.#failed(turnId, msg)
      case 'warning':
        return this.#notify('warning', { message: msg['message'] ?? '' })
      case 'task_complete':
        return this.#ended(turnId, msg, this.#error === null ? 'completed' : 'failed')
      case 'turn_aborted':
        return this.#ended(turnId, msg, 'interrupted')
      case 'thread_rolled_back':
        return this.#told.rolledBack()
      case 'session_configured':
      case 'thread_settings_applied':
      case 'user_message':
      case 'agent_message':
      case 'agent_reasoning':
      case 'context_compacted':
      case 'entered_review_mode':
      case 'exited_review_mode':
      case 'dynamic_tool_call_response':
      case 'shutdown_complete':
        // Clients are told of items, not of the older events that say the same.
        return undefined
    }
  }

  #started(turnId: string, msg: JsonObject): void {
    this.#begun.clear()
    this.#error = null
    this.#startedAt = msg['started_at'] ?? null
    this.#told.status({ type: 'active', activeFlags: [] })
    this.#notify('turn/started', {
      turn: { ...beginningTurn(turnId), startedAt: this.#startedAt },
    })
  }

  #ended(turnId: string, msg: JsonObject, status: string): void {
    const turn = {
      ...beginningTurn(turnId),
      status,
      error: this.#error,
      startedAt: msg['started_at'] ?? this.#startedAt,
      completedAt: msg['completed_at'] ?? null,
      durationMs: msg['duration_ms'] ?? null,
    }
    this.#startedAt = null
    this.#told.turnEnded(turnId)
    // A thread whose turn failed stays marked until the next one begins.
    if (this.#error === null) this.#told.status({ type: 'idle' })
    this.#notify('turn/completed', { turn })
  }

  #itemStarted(turnId: string, msg: JsonObject): void {
    const item = isJsonObject(msg['item']) ? completedItem(msg['item']) : null
    if (item !== null) this.#begin(turnId, item, msg['started_at_ms'] ?? null)
  }

  #itemCompleted(turnId: string, msg: JsonObject): void {
    if (!isJsonObject(msg['item'])) return
    const item = completedItem(msg['item'])
    this.#begin(turnId, item, msg['started_at_ms'] ?? null)
    if (item['type'] === 'userMessage') this.#told.said()
    this.#notify('item/completed', { item, turnId, completedAtMs: msg['completed_at_ms'] ?? null })
  }

  /** Every item is begun before it is completed, also where the thread told of its end alone. */
  #begin(turnId: string, item: JsonObject, startedAtMs: JsonValue): void {
    const id = textAt(item, 'id') ?? ''
    if (this.#begun.has(id)) return
    this.#begun.add(id)
    this.#notify('item/started', { item, turnId, startedAtMs })
  }

  #delta(turnId: string, msg: JsonObject): void {
    const params = { turnId, itemId: msg['item_id'] ?? '', delta: msg['delta'] ?? '' }
    if (msg['type'] === 'agent_message_content_delta') {
      this.#notify('item/agentMessage/delta', params)
    } else {
      const summaryIndex = msg['summary_index'] ?? 0
      this.#notify('item/reasoning/summaryTextDelta', { ...params, summaryIndex })
    }
  }

  #toolCalled(turnId: string, msg: JsonObject): void {
    const { call_id: id = '', tool = '', started_at_ms: startedAtMs = null } = msg
    const called = { type: 'DynamicToolCall', id, tool, arguments: msg['arguments'] ?? null }
    this.#begin(turnId, completedItem({ ...called, status: 'inProgress' }), startedAtMs)
  }

  #tokens(turnId: string, msg: JsonObject): void {
    if (!isJsonObject(msg['info'])) return
    const info = readTokenUsageInfo(msg['info'])
    this.#told.notify('thread/tokenUsage/updated', tokenUsageParams(this.#threadId, turnId, info))
  }

  #failed(turnId: string, msg: JsonObject): void {
    const willRetry = msg['type'] === 'stream_error'
    const info = msg['codex_error_info'] ?? null
    const error = apiError(textAt(msg, 'message') ?? '', info, msg['additional_details'] ?? null)
    if (!willRetry) {
      this.#error = error
      this.#told.status({ type: 'systemError' })
    }
    this.#notify('error', { error, willRetry, turnId })
  }

  #notify(method: string, params: JsonObject): void {
    this.#told.notify(method, { ...params, threadId: this.#threadId })
  }
}
