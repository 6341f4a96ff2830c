import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'

/** How a text begins and ends that Codex puts into a history in the user's name. */
interface ContextualText {
  readonly start: string
  /** Empty where the text may end in any way. */
  readonly end: string
}

/**
 * Texts that stand in a history as messages of the user and were said by nobody, from every release
 * since histories were written. Case does not matter.
 */
const contextualTexts: readonly ContextualText[] = [
  { start: '# AGENTS.md instructions', end: '</INSTRUCTIONS>' },
  { start: '<user_instructions>', end: '</user_instructions>' },
  { start: '<environment_context>', end: '</environment_context>' },
  { start: '<external_', end: '>' },
  { start: '<skill>', end: '</skill>' },
  { start: '<user_shell_command>', end: '</user_shell_command>' },
  { start: '<turn_aborted>', end: '</turn_aborted>' },
  { start: '<subagent_notification>', end: '</subagent_notification>' },
  { start: '<codex_internal_context', end: '</codex_internal_context>' },
  { start: '<goal_context>', end: '</goal_context>' },
  { start: '<recommended_plugins>', end: '</recommended_plugins>' },
  { start: '<agent_message_board_notification>', end: '</agent_message_board_notification>' },
  { start: '<hook_prompt ', end: '</hook_prompt>' },
  {
    start: 'Warning: apply_patch was requested via ',
    end: 'Use the apply_patch tool instead of exec_command.',
  },
  {
    start: 'Warning: The maximum number of unified exec processes you can keep open is',
    end: '',
  },
  {
    start: 'Warning: Your account was flagged for potentially high-risk cyber activity',
    end: '',
  },
].map(({ start, end }) => ({ start: start.toLowerCase(), end: end.toLowerCase() }))

/** The response item that stands in an item of a history; `null` for items of other types. */
export function responseItem(item: RolloutItem): JsonObject | null {
  return item.type === 'response_item' && isJsonObject(item.payload) ? item.payload : null
}

/** Whether a response item is something the user said: where a user's turn begins. */
export function isUserMessage(response: JsonObject): boolean {
  if (response['type'] !== 'message' || response['role'] !== 'user') return false
  return !contentOf(response).some((part) => isContextual(inputText(part)))
}

/** Whether a response item is what hooks had to say, which is shown in the turn. */
export function isHookPrompt(response: JsonObject): boolean {
  if (response['type'] !== 'message' || response['role'] !== 'user') return false
  const parts = contentOf(response)
  return parts.length > 0 && parts.every((part) => isHookText(inputText(part)))
}

/**
 * Whether a response item carries an order from another agent, and whether that begins a turn;
 * `null` when it does not. Such orders were once messages of the assistant with JSON for text.
 */
export function agentOrder(response: JsonObject): { readonly triggersTurn: boolean } | null {
  if (response['type'] !== 'message' || response['role'] !== 'assistant') return null
  const [part, ...others] = contentOf(response)
  const text = part !== undefined && others.length === 0 ? textAt(part, 'text') : null
  const order = text === null ? null : parseJson(text)
  if (!isJsonObject(order) || typeof order['trigger_turn'] !== 'boolean') return null
  const named = ['author', 'recipient', 'content'].every((field) => textAt(order, field) !== null)
  return named ? { triggersTurn: order['trigger_turn'] } : null
}

function contentOf(response: JsonObject): readonly JsonObject[] {
  const { content } = response as { content?: JsonValue }
  return Array.isArray(content) ? (content as readonly JsonValue[]).filter(isJsonObject) : []
}

function inputText(part: JsonObject): string {
  return part['type'] === 'input_text' ? (textAt(part, 'text') ?? '').trim() : ''
}

function isContextual(text: string): boolean {
  // Long messages are common and short heads tell most of them apart.
  const head = text.slice(0, 100).toLowerCase()
  return contextualTexts.some(
    ({ start, end }) =>
      head.startsWith(start) && text.slice(text.length - end.length).toLowerCase() === end,
  )
}

function isHookText(text: string): boolean {
  return (
    /^<hook_prompt\s[^>]*hook_run_id="[^"]*[^"\s]/.test(text) && text.endsWith('</hook_prompt>')
  )
}
