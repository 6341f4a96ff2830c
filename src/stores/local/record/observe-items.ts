import { readSessionMeta } from '../../../history/session-meta.js'
import { type JsonObject, type JsonValue, isJsonObject } from '../../../protocol/json.js'
import type {
  ApprovalMode,
  GitInfo,
  PermissionProfile,
  StoredMemoryMode,
  TokenUsage,
} from '../../../protocol/metadata.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { ThreadId } from '../../../protocol/thread-id.js'

/** What the items of a rollout say of their thread, as far as they have been looked at. */
export interface ObservedFields {
  gitInfo: GitInfo | null
  memoryMode: StoredMemoryMode | null
  cwd: string | null
  model: string | null
  reasoningEffort: string | null
  approvalMode: ApprovalMode | null
  permissionProfile: PermissionProfile | null
  tokenUsage: TokenUsage | null
  firstUserMessage: string | null
  /** The first user message, but for its text only; a message of images makes no title. */
  title: string | null
  preview: string | null
}

/** Fields of a thread that nothing has been observed of. */
export function nothingObserved(): ObservedFields {
  return {
    gitInfo: null,
    memoryMode: null,
    cwd: null,
    model: null,
    reasoningEffort: null,
    approvalMode: null,
    permissionProfile: null,
    tokenUsage: null,
    firstUserMessage: null,
    title: null,
    preview: null,
  }
}

/** Takes in one item, in file order: what comes later counts, but for the first user message. */
export function observeItem(fields: ObservedFields, threadId: ThreadId, item: RolloutItem): void {
  const payload = isJsonObject(item.payload) ? item.payload : null
  if (payload === null) return
  switch (item.type) {
    case 'session_meta':
      observeMeta(fields, threadId, item)
      return
    case 'turn_context':
      observeContext(fields, payload)
      return
    case 'event_msg':
      observeEvent(fields, payload)
      return
    default:
  }
}

/** Lines copied from the thread that a fork began from name that thread, and say nothing of this one. */
function observeMeta(fields: ObservedFields, threadId: ThreadId, item: RolloutItem): void {
  const meta = readSessionMeta(item)
  if (meta === null || meta.threadId !== threadId) return
  Object.assign(fields, present({ gitInfo: meta.gitInfo, memoryMode: meta.memoryMode }))
}

function observeContext(fields: ObservedFields, context: JsonObject): void {
  const sandbox = context['permission_profile'] ?? context['sandbox_policy']
  Object.assign(
    fields,
    present({
      cwd: fields.cwd === null ? text(context['cwd']) : null,
      model: text(context['model']),
      approvalMode: textOrObject(context['approval_policy']),
      permissionProfile: isJsonObject(sandbox) ? sandbox : null,
    }),
    { reasoningEffort: text(context['effort']) },
  )
}

function observeEvent(fields: ObservedFields, event: JsonObject): void {
  switch (text(event['type']) ?? '') {
    case 'token_count':
      fields.tokenUsage = readTokenUsage(event) ?? fields.tokenUsage
      return
    case 'user_message':
      observeMessage(fields, text(event['message']) ?? '', hasImages(event))
      return
    case 'item_completed':
      observeCompleted(fields, event['item'])
      return
    case 'thread_goal_updated': {
      const goal = event['goal']
      const objective = isJsonObject(goal) ? text(goal['objective'])?.trim() : null
      fields.preview ??= objective || null
      return
    }
    default:
  }
}

function observeCompleted(fields: ObservedFields, item: JsonValue | undefined): void {
  if (!isJsonObject(item) || item['type'] !== 'UserMessage') return
  const content = item['content']
  const parts = Array.isArray(content) ? (content as readonly JsonValue[]).filter(isJsonObject) : []
  const message = parts.map((part) => (part['type'] === 'text' ? text(part['text']) : null) ?? '')
  observeMessage(
    fields,
    message.join(''),
    parts.some((part) => part['type'] !== 'text'),
  )
}

/** What a client puts before a user's own words. */
const REQUEST_MARKER = '## My request for Codex:'

function observeMessage(fields: ObservedFields, message: string, images: boolean): void {
  const at = message.indexOf(REQUEST_MARKER)
  const words = (at < 0 ? message : message.slice(at + REQUEST_MARKER.length)).trim()
  const shown = words === '' && images ? '[Image]' : words
  if (shown === '') return
  fields.firstUserMessage ??= shown
  fields.preview ??= shown
  if (words !== '') fields.title ??= words
}

function hasImages(event: JsonObject): boolean {
  return [event['images'], event['local_images']].some(
    (list) => Array.isArray(list) && list.length > 0,
  )
}

/** The usage that a `token_count` reports for the whole thread. */
export function readTokenUsage(event: JsonObject): TokenUsage | null {
  const { info } = event
  const total = isJsonObject(info) ? info['total_token_usage'] : null
  if (!isJsonObject(total)) return null
  const count = (field: string): number => {
    const value = total[field]
    return typeof value === 'number' ? value : 0
  }
  return {
    inputTokens: count('input_tokens'),
    cachedInputTokens: count('cached_input_tokens'),
    outputTokens: count('output_tokens'),
    reasoningOutputTokens: count('reasoning_output_tokens'),
    totalTokens: count('total_tokens'),
  }
}

function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null),
  ) as Partial<T>
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function textOrObject(value: JsonValue | undefined): ApprovalMode | null {
  return isJsonObject(value) ? value : text(value)
}
