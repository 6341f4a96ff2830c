import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'

export type RequestId = string | number

/** What a peer sent. `noise` is nothing that could be answered. */
type Incoming =
  | {
      readonly kind: 'request'
      readonly id: RequestId
      readonly method: string
      readonly params: JsonValue | undefined
    }
  | { readonly kind: 'notification'; readonly method: string }
  /** Has an id to be answered under, and is no request. */
  | { readonly kind: 'invalid'; readonly id: RequestId; readonly problem: string }
  | { readonly kind: 'noise'; readonly problem: string }

/** Reads one line of a peer. */
export function readMessage(line: string): Incoming {
  const message = parseJson(line)
  if (!isJsonObject(message)) return { kind: 'noise', problem: 'the line is no JSON object' }
  const { method, params } = message
  const id = Object.hasOwn(message, 'id') ? requestId(message['id']) : null
  if ('result' in message || 'error' in message) {
    return { kind: 'noise', problem: 'nobody asked for this response' }
  }
  if (typeof method !== 'string') {
    const problem = 'method is missing or no text'
    return id === null ? { kind: 'noise', problem } : { kind: 'invalid', id, problem }
  }
  if (!Object.hasOwn(message, 'id')) return { kind: 'notification', method }
  if (id === null) return { kind: 'noise', problem: 'id is neither text nor a whole number' }
  return { kind: 'request', id, method, params }
}

function requestId(value: JsonValue | undefined): RequestId | null {
  if (typeof value === 'string') return value
  return Number.isSafeInteger(value) ? (value as number) : null
}

export function responseMessage(id: RequestId, result: JsonObject): JsonObject {
  return { id, result }
}

export function errorMessage(id: RequestId, code: number, message: string): JsonObject {
  return { error: { code, message }, id }
}

export function notificationMessage(method: string, params: JsonObject): JsonObject {
  return { method, params }
}
