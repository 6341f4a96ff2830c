import { reviewText } from '../manager/index.js'
import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { camelCase, camelKeys } from './api-words.js'

/**
 * What of a turn's items is shown to clients, in order. Items that were stored without an id are
 * named by `nextId`; pieces of reasoning that follow one another are one item.
 */
export function apiItems(items: readonly RolloutItem[], nextId: () => string): JsonObject[] {
  const shown: JsonObject[] = []
  for (const { type, payload } of items) {
    if (!isJsonObject(payload)) continue
    if (type !== 'event_msg') continue
    const last = shown.at(-1)
    const more = last && joined(last, payload)
    if (more) shown[shown.length - 1] = more
    else if (payload['type'] === 'item_completed') {
      const item = payload['item']
      if (isJsonObject(item)) put(shown, completedItem(item))
    } else if (isShown(payload)) shown.push(eventItem(payload, nextId()))
  }
  return shown
}

/** An item that comes again, more complete, takes the place of what it was. */
function put(shown: JsonObject[], item: JsonObject): void {
  const index = shown.findIndex(({ id }) => id === item['id'])
  if (index < 0) shown.push(item)
  else shown[index] = item
}

/** An item of a turn, as loaded threads tell of it and paginated histories keep it. */
export function completedItem(item: JsonObject): JsonObject {
  const { type: _type, id = '', ...rest } = item
  const type = textAt(item, 'type') ?? 'unknown'
  switch (type) {
    case 'UserMessage':
      return { type: 'userMessage', id, content: arrayAt(item, 'content').map(userContent) }
    case 'AgentMessage':
      return {
        type: 'agentMessage',
        id,
        text: agentText(arrayAt(item, 'content')),
        phase: item['phase'] ?? null,
        memoryCitation: camelKeys(item['memory_citation'] ?? null),
      }
    case 'Reasoning': {
      const summary = arrayAt(item, 'summary_text')
      return { type: 'reasoning', id, summary, content: arrayAt(item, 'raw_content') }
    }
    case 'DynamicToolCall':
      return {
        type: 'dynamicToolCall',
        id,
        namespace: item['namespace'] ?? null,
        tool: item['tool'] ?? '',
        arguments: item['arguments'] ?? null,
        status: item['status'] ?? 'completed',
        contentItems: item['content_items'] ?? null,
        success: item['success'] ?? null,
        durationMs: null,
      }
    case 'FileChange':
      return fileChange({ ...item, success: item['status'] !== 'failed' }, textAt(item, 'id') ?? '')
    default: {
      // What the fields hold is told as it is: keys of arguments and results are the tool's own.
      const fields = Object.entries(rest).map(([name, value]): Field => [camelCase(name), value])
      return {
        type: type.slice(0, 1).toLowerCase() + type.slice(1),
        id,
        ...Object.fromEntries(fields),
      }
    }
  }
}

type Field = readonly [name: string, value: JsonValue]

/** Events of which each shows one item; others show nothing. */
type Shown = (event: JsonObject, id: string) => JsonObject

const shownEvents: ReadonlyMap<string, Shown> = new Map<string, Shown>([
  ['user_message', userMessage],
  ['agent_message', agentMessage],
  ['agent_reasoning', (event, id) => reasoning(id, [event['text'] ?? ''], [])],
  ['agent_reasoning_raw_content', (event, id) => reasoning(id, [], [event['text'] ?? ''])],
  ['context_compacted', (_event, id) => ({ type: 'contextCompaction', id })],
  [
    'entered_review_mode',
    (event, id) => ({
      type: 'enteredReviewMode',
      id,
      review: textAt(event, 'user_facing_hint') ?? 'Review requested.',
    }),
  ],
  ['exited_review_mode', exitedReviewMode],
  ['web_search_end', webSearch],
  ['mcp_tool_call_end', mcpToolCall],
  ['image_generation_end', imageGeneration],
  ['patch_apply_end', fileChange],
])

function isShown(event: JsonObject): boolean {
  const type = textAt(event, 'type') ?? ''
  if (type === 'agent_message') return textAt(event, 'message') !== ''
  return shownEvents.has(type)
}

function eventItem(event: JsonObject, id: string): JsonObject {
  const show = shownEvents.get(textAt(event, 'type') ?? '')
  return show === undefined ? { type: 'unknown', id } : show(event, id)
}

/** Reasoning that goes on where reasoning stopped; `null` when the event is something else. */
function joined(last: JsonObject, event: JsonObject): JsonObject | null {
  if (last['type'] !== 'reasoning') return null
  const text = event['text'] ?? ''
  if (event['type'] === 'agent_reasoning') {
    return { ...last, summary: [...arrayAt(last, 'summary'), text] }
  }
  if (event['type'] !== 'agent_reasoning_raw_content') return null
  return { ...last, content: [...arrayAt(last, 'content'), text] }
}

function userMessage(event: JsonObject, id: string): JsonObject {
  const message = textAt(event, 'message') ?? ''
  const elements = arrayAt(event, 'text_elements').map(camelKeys)
  const images = arrayAt(event, 'images').map((url) => ({ type: 'image', url }))
  const local = arrayAt(event, 'local_images').map((path) => ({ type: 'localImage', path }))
  const said =
    message.trim() === '' ? [] : [{ type: 'text', text: message, text_elements: elements }]
  return { type: 'userMessage', id, content: [...said, ...images, ...local] }
}

function agentMessage(event: JsonObject, id: string): JsonObject {
  return {
    type: 'agentMessage',
    id,
    text: textAt(event, 'message') ?? '',
    phase: event['phase'] ?? null,
    memoryCitation: camelKeys(event['memory_citation'] ?? null),
  }
}

function reasoning(id: string, summary: JsonValue[], content: JsonValue[]): JsonObject {
  return { type: 'reasoning', id, summary, content }
}

function exitedReviewMode(event: JsonObject, id: string): JsonObject {
  const output = event['review_output']
  const review = isJsonObject(output) ? reviewText(output) : 'Reviewer failed to output a response.'
  return { type: 'exitedReviewMode', id, review }
}

function webSearch(event: JsonObject, id: string): JsonObject {
  const query = textAt(event, 'query') ?? ''
  const action = camelKeys(event['action'] ?? null)
  return { type: 'webSearch', id: textAt(event, 'call_id') ?? id, query, action }
}

function mcpToolCall(event: JsonObject, id: string): JsonObject {
  const call = isJsonObject(event['invocation']) ? event['invocation'] : {}
  const outcome = isJsonObject(event['result']) ? event['result'] : {}
  const result = isJsonObject(outcome['Ok']) ? outcome['Ok'] : null
  const failure = textAt(outcome, 'Err')
  const failed = failure !== null || result?.['is_error'] === true
  return {
    type: 'mcpToolCall',
    id: textAt(event, 'call_id') ?? id,
    server: textAt(call, 'server') ?? '',
    tool: textAt(call, 'tool') ?? '',
    status: failed ? 'failed' : 'completed',
    arguments: call['arguments'] ?? null,
    result: result && {
      content: result['content'] ?? [],
      structuredContent: result['structured_content'] ?? null,
    },
    error: failure === null ? null : { message: failure },
    durationMs: null,
  }
}

function imageGeneration(event: JsonObject, id: string): JsonObject {
  return {
    type: 'imageGeneration',
    id: textAt(event, 'call_id') ?? id,
    status: textAt(event, 'status') ?? '',
    revisedPrompt: event['revised_prompt'] ?? null,
    result: textAt(event, 'result') ?? '',
  }
}

function fileChange(event: JsonObject, id: string): JsonObject {
  const changes = isJsonObject(event['changes']) ? event['changes'] : {}
  return {
    type: 'fileChange',
    id: textAt(event, 'call_id') ?? id,
    changes: Object.entries(changes).map(([path, change]) => fileUpdate(path, change)),
    status: event['success'] === false ? 'failed' : 'completed',
  }
}

function fileUpdate(path: string, change: JsonValue): JsonObject {
  const { type = 'update', ...rest } = isJsonObject(change) ? change : {}
  const diff = textAt(rest, 'unified_diff') ?? textAt(rest, 'content') ?? ''
  const kind = type === 'update' ? { type, move_path: rest['move_path'] ?? null } : { type }
  return { path, kind, diff }
}

function userContent(part: JsonValue): JsonValue {
  if (!isJsonObject(part)) return part
  if (part['type'] === 'image') return { type: 'image', url: part['image_url'] ?? '' }
  if (part['type'] === 'local_image') return { type: 'localImage', path: part['path'] ?? '' }
  if (part['type'] !== 'text') return part
  const elements = arrayAt(part, 'text_elements').map(camelKeys)
  return { type: 'text', text: part['text'] ?? '', text_elements: elements }
}

function agentText(content: readonly JsonValue[]): string {
  return content.map((part) => (isJsonObject(part) ? textAt(part, 'text') : null) ?? '').join('')
}

function arrayAt(object: JsonObject, field: string): readonly JsonValue[] {
  const value = object[field]
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}
