import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'

/** Editors put what they know before this line, and what was asked behind it. */
const REQUEST_MARKER = '## My request for Codex:'
const IMAGE_PREVIEW = '[Image]'

/** How something the user said stands for a thread; `null` when it says nothing. */
export interface UserMessagePreview {
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

/** The preview of a completed `UserMessage` item. */
export function previewOfUserItem(item: JsonObject): UserMessagePreview {
  const { content } = item as { content?: JsonValue }
  const parts = (Array.isArray(content) ? (content as readonly JsonValue[]) : []).filter(
    isJsonObject,
  )
  const texts = parts.map((part) => textAt(part, 'text')).filter((text) => text !== null)
  return previewOf(
    texts.join(''),
    parts.some((part) => /image/i.test(textAt(part, 'type') ?? '')),
  )
}

function previewOf(message: string, hasImages: boolean): UserMessagePreview {
  const start = message.indexOf(REQUEST_MARKER)
  const asked = (start < 0 ? message : message.slice(start + REQUEST_MARKER.length)).trim()
  if (asked !== '') return { preview: asked, title: asked }
  return { preview: hasImages ? IMAGE_PREVIEW : null, title: null }
}
