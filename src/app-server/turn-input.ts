import type { UserInput, UserInputPart } from '../manager/index.js'
import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import { invalidRequest } from './rpc-error.js'

/** What a client says to a thread. */
export function inputParam(params: JsonObject): UserInput {
  const parts = params['input'] as readonly JsonValue[]
  return parts.filter(isJsonObject).map(inputPart)
}

function inputPart(part: JsonObject): UserInputPart {
  const type = textAt(part, 'type') ?? ''
  if (type === 'text') return { type, text: textAt(part, 'text') ?? '' }
  if (type === 'image') return { type, imageUrl: textAt(part, 'url') ?? '' }
  // Nothing here reads files for a client; the picture can come as a data URL.
  throw invalidRequest(`input of type ${type} is not supported`)
}
