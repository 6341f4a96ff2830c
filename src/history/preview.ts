import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'

/** Editors put what they know before this line, and what was asked behind it. */
const REQUEST_MARKER = '## My request for Codex:'

/** What stands for a message that holds images and no words. */
const IMAGE_PREVIEW = '[Image]'

/** How something the user said stands for a thread; `null` when it says nothing. */
export interface UserMessagePreview {
  /** What a list shows, and the thread's first user message. */
  readonly preview: string | null
  /** Like the preview, but never an image. */
  readonly title: string | null
}

/** The preview of a `user_message` event. */
export function previewOfUserMessage(payload: JsonObject): UserMessagePreview {
  const images = [payload['images'], payload['local_images']]
  return previewOf(
    textAt(payload, 'message') ?? '',
    images.some((list) => Array.isArray(list) && list.length > 0),
  )
}

/** The preview of a completed `UserMessage` item, whose texts Codex joins without a space. */
export function previewOfUserItem(item: JsonObject): UserMessagePreview {
  const { content } = item as { content?: JsonValue }
  const parts = Array.isArray(content) ? (content as readonly JsonValue[]).filter(isJsonObject) : []
  const texts = parts.map((part) => (part['type'] === 'text' ? textAt(part, 'text') : null) ?? '')
  return previewOf(
    texts.join(''),
    parts.some((part) => part['type'] === 'image' || part['type'] === 'local_image'),
  )
}

/** The preview of a thread whose goal was set before anything was said; `null` without words. */
export function previewOfGoal(payload: JsonObject): string | null {
  const goal = payload['goal']
  return (isJsonObject(goal) ? textAt(goal, 'objective')?.trim() : null) || null
}

function previewOf(message: string, hasImages: boolean): UserMessagePreview {
  const start = message.indexOf(REQUEST_MARKER)
  const asked = (start < 0 ? message : message.slice(start + REQUEST_MARKER.length)).trim()
  if (asked !== '') return { preview: asked, title: asked }
  return { preview: hasImages ? IMAGE_PREVIEW : null, title: null }
}
