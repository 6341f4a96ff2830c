import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'

/** What people say to a thread. */
export type UserInput = string | readonly UserInputPart[]

export type UserInputPart =
  | { readonly type: 'text'; readonly text: string }
  /** A URL, or the image itself as a data URL. */
  | { readonly type: 'image'; readonly imageUrl: string }

export function inputParts(input: UserInput): readonly UserInputPart[] {
  return typeof input === 'string' ? [{ type: 'text', text: input }] : input
}

/** A message of the user to the model, in one part. */
export function userMessage(text: string): JsonObject {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
}

/** All text of a message, line by line. */
export function messageText(item: JsonObject): string {
  const { content } = item as { content?: JsonValue }
  const parts = Array.isArray(content) ? (content as readonly JsonValue[]) : []
  return parts
    .map(textOf)
    .filter((text) => text !== '')
    .join('\n')
}

function textOf(part: JsonValue): string {
  return (isJsonObject(part) ? textAt(part, 'text') : null) ?? ''
}
